/** As many letters of a number, without an exponent, as a double holds whatever the digits are. */
const safeLength = 15

/**
 * JSON text made ready for `JSON.parse`, in one pass over what is outside of strings; null when it nests deeper than
 * `depthMax`.
 *
 * Every number that a double cannot hold becomes a string of the same digits: `JSON.parse` would change them in
 * silence (reliability.md V12). That is an integer or a fraction whose digits a double does not give back, and one
 * beyond its range. Text that is no JSON stays none.
 */
export function prepareJson(text: string, depthMax: number): string | null {
  const parts: string[] = []
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
      if (index - start > safeLength || hasExponent(text, start, index)) {
        const token = text.slice(start, index)
        if (losesDigits(token)) {
          parts.push(text.slice(copied, start), `"${token}"`)
          copied = index
        }
      }
      index -= 1
    }
  }
  if (copied === 0) return text
  parts.push(text.slice(copied))
  return parts.join('')
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
  while (index < text.length) {
    const code = text.charCodeAt(index)
    // Digits, and . + - e E.
    const isPart =
      isDigit(code) || code === 0x2e || code === 0x2b || code === 0x2d || code === 0x65 || code === 0x45
    if (!isPart) break
    index += 1
  }
  return index
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

/** The grammar of RFC 8259 section 6; anything else is left for `JSON.parse` to refuse. */
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function losesDigits(token: string): boolean {
  if (!numberPattern.test(token)) return false
  const value = Number(token)
  if (/^-?\d+$/.test(token)) return String(value) !== token
  return !Number.isFinite(value) || significantDigits(token) !== significantDigits(String(value))
}

/** The digits of a number without its sign, its point, its exponent and the zeros at both ends. */
function significantDigits(token: string): string {
  const [mantissa = ''] = token.toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}
