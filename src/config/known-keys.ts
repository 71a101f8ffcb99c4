import type { z } from 'zod'
import type { ConfigPath } from './problem.js'

/**
 * The keys that a schema knows for the object at a path of a value; empty where the schema has no object.
 * `value` picks the branch of a discriminated union; where it picks none, the keys of all branches are given.
 */
export function knownKeys(schema: z.core.$ZodType, value: unknown, path: ConfigPath): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
      return knownKeys(def.innerType, value, path)
    case 'pipe':
      return knownKeys(def.in, value, path)
    case 'array':
      return path.length === 0 ? [] : knownKeys(def.element, child(value, path[0]), path.slice(1))
    case 'union': {
      const options = def.options.filter((option) => fits(option, value))
      return [
        ...new Set(
          (options.length > 0 ? options : def.options).flatMap((option) => knownKeys(option, value, path)),
        ),
      ]
    }
    case 'object': {
      const [step, ...rest] = path
      if (step === undefined) return Object.keys(def.shape)
      const inner = Object.hasOwn(def.shape, step) ? def.shape[String(step)] : undefined
      return inner ? knownKeys(inner, child(value, step), rest) : []
    }
    default:
      return []
  }
}

/** The known key that is meant by a misspelt one: the nearest, when it differs in case or in at most two letters. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const spelling = plain(key)
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(spelling, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  const distanceMax = Math.min(2, Math.floor(spelling.length / 3))
  return best && best.distance <= distanceMax ? best.candidate : undefined
}

/** Whether a value carries the constants (such as `provider: x`) of an object schema; true for any other schema. */
function fits(option: z.core.$ZodType, value: unknown): boolean {
  const { def } = (option as z.core.$ZodTypes)._zod
  if (def.type !== 'object') return true
  return Object.entries(def.shape).every(([name, field]) => {
    const fieldDef = (field as z.core.$ZodTypes)._zod.def
    return fieldDef.type !== 'literal' || fieldDef.values.some((constant) => constant === child(value, name))
  })
}

function child(value: unknown, step: PropertyKey | undefined): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return undefined
  return Object.hasOwn(value, step) ? (value as Record<PropertyKey, unknown>)[step] : undefined
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[_-]/g, '')
}

/** Levenshtein's distance of two short texts: inserted, deleted or replaced characters. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
