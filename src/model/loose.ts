import type { JsonObject, JsonValue } from './json.js'

/**
 * Reading JSON whose form nobody guarantees. Every reader takes the names under which a field may stand, in order
 * of preference, and gives the first own property that has the right type; what is missing, null or of another
 * type is passed over. Nothing here throws, whatever the object holds.
 */

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Any value but null; null when there is none. */
export function jsonField(object: JsonObject, ...names: readonly string[]): JsonValue {
  return firstField(object, names, (value) => value ?? undefined) ?? null
}

/** A text that is not empty. */
export function textField(object: JsonObject, ...names: readonly string[]): string | null {
  return (
    firstField(object, names, (value) => (typeof value === 'string' && value !== '' ? value : undefined)) ??
    null
  )
}

/** An id: a text that is not empty, or a whole number as its decimal text, below 10^21, from where exponents begin. */
export function idField(object: JsonObject, ...names: readonly string[]): string | null {
  return firstField(object, names, idText) ?? null
}

export function objectField(object: JsonObject, ...names: readonly string[]): JsonObject | null {
  return firstField(object, names, (value) => (isJsonObject(value) ? value : undefined)) ?? null
}

/** A count: a whole number, 0 to 2^53 - 1. */
export function countField(object: JsonObject, ...names: readonly string[]): number | undefined {
  return firstField(object, names, (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined,
  )
}

export function flagField(object: JsonObject, ...names: readonly string[]): boolean | undefined {
  return firstField(object, names, (value) => (typeof value === 'boolean' ? value : undefined))
}

/**
 * Whether a body says an error in a form that is not its provider's own, as proxies and frameworks do: an `error` or
 * `errors` with a text in it, or `code` and `message` where no list has a row, but for a code of success. An empty list
 * beside it proves nothing. `success: true` does.
 */
export function hasForeignError(body: JsonObject): boolean {
  if (flagField(body, 'success') === true) return false
  if (saysText(jsonField(body, 'error')) || saysText(jsonField(body, 'errors'))) return true
  const isBare = Object.values(body).every((value) => !Array.isArray(value) || value.length === 0)
  const code = idField(body, 'code')
  return (
    isBare && code !== null && !/^(0|2\d\d|ok|success)$/i.test(code) && textField(body, 'message') !== null
  )
}

/** Whether a text that is not empty stands in a value, at most two levels deep. */
function saysText(value: JsonValue, levels = 2): boolean {
  if (typeof value === 'string') return value !== ''
  if (typeof value !== 'object' || value === null || levels === 0) return value === true
  return Object.values(value).some((item) => saysText(item, levels - 1))
}

/** The texts of a list, at most `countMax` of them, each cut to 500 UTF-16 code units. Empty for anything else. */
export function textsOf(value: JsonValue, countMax: number): string[] {
  if (!Array.isArray(value)) return []
  const items: readonly JsonValue[] = value
  return items
    .filter((item) => typeof item === 'string')
    .slice(0, countMax)
    .map((text) => text.slice(0, 500))
}

/** How much JSON of a provider's own may stand in a failure: UTF-16 code units of its text, and levels of nesting. */
export const smallJsonLengthMax = 4_000
export const smallJsonDepthMax = 20

export function isSmallJson(value: JsonValue): boolean {
  return nestsWithin(value, smallJsonDepthMax) && JSON.stringify(value).length <= smallJsonLengthMax
}

/** A value that may stand in a failure; null in place of a larger one. */
export function smallJson(value: JsonValue): JsonValue {
  return isSmallJson(value) ? value : null
}

function nestsWithin(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((item) => nestsWithin(item, levels - 1))
}

function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21
    ? String(value)
    : undefined
}

function firstField<Value>(
  object: JsonObject,
  names: readonly string[],
  read: (value: JsonValue | undefined) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const value = Object.hasOwn(object, name) ? read(object[name]) : undefined
    if (value !== undefined) return value
  }
  return undefined
}
