import type { JsonValue } from './json.js'
import { losesDigits } from './lost-digits.js'

/** As many letters of a number, without an exponent, as a double holds whatever the digits are. */
const safeLength = 15
/** Text up to this many UTF-16 code units is parsed before its nesting is known; a page of 100 rows has some 50,000. */
const parsedAtOnceMax = 256 * 1024
/** Parts of a text that are joined while they are young: a million that live on take V8 four times as long. */
const partsMax = 1_024
/** Below this a double has fewer digits, down to none. */
const fullDigitsMin = 1e-300

/**
 * `JSON.parse` for text that nobody vouches for: undefined when it nests deeper than `depthMax`, and every number that a
 * double cannot hold becomes a string of the same digits, where `JSON.parse` would change them in silence
 * (reliability.md V12). That is an integer or a fraction whose digits a double does not give back, and one beyond its
 * range. Throws a SyntaxError for text that is no JSON.
 *
 * Hardly any text holds such a number, and to look at every letter takes nearly as long as to parse it. So a look at
 * every sixteenth tells whether a number may be too long, and what was parsed tells the rest.
 */
export function parseExactly(text: string, depthMax: number): JsonValue | undefined {
  if (text.length <= parsedAtOnceMax && !mayHoldLongNumber(text)) {
    const json = JSON.parse(text) as JsonValue
    const found = inspectValue(json, depthMax + 1)
    if (found === finding.deep) return undefined
    const isExact = found === finding.none || (found === finding.zero && !smallNumber.test(text))
    if (isExact) return json
  }
  const prepared = prepareJson(text, depthMax)
  return prepared === null ? undefined : (JSON.parse(prepared) as JsonValue)
}

/**
 * Whether text may hold a number of more than `safeLength` letters: wherever that stands, one of its letters is at one
 * of the places looked at. Within strings, too, such a run is taken for a number if it is set off like one.
 */
function mayHoldLongNumber(text: string): boolean {
  const { length } = text
  for (let index = safeLength; index < length; index += safeLength + 1) {
    if (!isNumberPart(text.charCodeAt(index))) continue
    let start = index
    while (start > 0 && isNumberPart(text.charCodeAt(start - 1))) start -= 1
    const end = endOfNumber(text, index)
    if (end - start > safeLength && isSetOff(text, start)) return true
    index = end
  }
  return false
}

/** Whether what stands before a place can stand before a number: nothing, white space, a colon, a comma or a bracket. */
function isSetOff(text: string, start: number): boolean {
  if (start === 0) return true
  const before = text.charCodeAt(start - 1)
  return before <= 0x20 || before === 0x3a || before === 0x2c || before === 0x5b
}

/** A number that a double may take for zero. */
const smallNumber = /\d[eE]-\d/

/** What may stand out in a value that was parsed, the graver the greater. */
const finding = {
  none: 0,
  /** A zero, which may have been a number too small for a double. */
  zero: 1,
  /** A number beyond what a double holds, or so small that it has lost digits. */
  odd: 2,
  /** More levels than there may be. */
  deep: 3,
} as const

/** The gravest finding in an object or a list. By numbers and loops, since it looks at every value of every page. */
function inspect(container: object, depth: number): number {
  if (depth === 0) return finding.deep
  let found: number = finding.none
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index += 1) {
      const within = inspectValue(container[index], depth)
      if (within > found) found = within
    }
    return found
  }
  // Parsed JSON has no keys but its own.
  for (const key in container) {
    const within = inspectValue((container as Record<string, unknown>)[key], depth)
    if (within > found) found = within
  }
  return found
}

function inspectValue(value: unknown, depth: number): number {
  if (typeof value === 'object') return value === null ? finding.none : inspect(value, depth - 1)
  if (typeof value !== 'number') return finding.none
  if (value === 0) return finding.zero
  const size = Math.abs(value)
  return size >= fullDigitsMin && size <= Number.MAX_VALUE ? finding.none : finding.odd
}

/**
 * JSON text in which every number that a double cannot hold is a string, in one pass over what is outside of strings;
 * null when it nests deeper than `depthMax`. Text that is no JSON stays none.
 */
function prepareJson(text: string, depthMax: number): string | null {
  // By turns what stands between such numbers, and such a number: quotes are what joins them.
  const joined: string[] = []
  let parts: string[] = []
  let copied = 0
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = endOfString(text, index)
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1
      if (depth > depthMax) return null
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1
    } else if (code === 0x2d || isDigit(code)) {
      const start = index
      index = endOfNumber(text, start)
      const mayLose = index - start > safeLength || hasExponent(text, start, index)
      if (mayLose && losesDigits(text, start, index)) {
        parts.push(text.slice(copied, start), text.slice(start, index))
        copied = index
        if (parts.length >= partsMax) {
          joined.push(parts.join('"'))
          parts = []
        }
      }
      index -= 1
    }
  }
  if (copied === 0) return text
  parts.push(text.slice(copied))
  joined.push(parts.join('"'))
  return joined.join('"')
}

/** Index of the quote that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && text.charCodeAt(end - 1) === 0x5c && isEscaped(text, end))
    end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1
  while (text.charCodeAt(before) === 0x5c) before -= 1
  return (quote - before) % 2 === 0
}

function endOfNumber(text: string, start: number): number {
  let index = start + 1
  while (index < text.length && isNumberPart(text.charCodeAt(index))) index += 1
  return index
}

/** Digits, and . + - e E. */
function isNumberPart(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x2b || code === 0x2d || code === 0x65 || code === 0x45
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x65 || code === 0x45) return true
  }
  return false
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
