/** What a text must hold for a number in it to be too long for a double. Most texts do not, and are not scanned. */
const candidate = /\d{16}|\d[eE]\+?\d{3}/

/**
 * JSON text in which every number that a double cannot hold is a string of the same digits: `JSON.parse` would change
 * them in silence (reliability.md V12). That is an integer or a fraction whose digits a double does not give back, and
 * one beyond its range. Text that is no JSON stays none.
 */
export function keepLongNumbers(text: string): string {
  if (!candidate.test(text)) return text
  const parts: string[] = []
  let copied = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = endOfString(text, index)
    } else if (code === 0x2d || isDigit(code)) {
      const end = endOfNumber(text, index)
      const token = text.slice(index, end)
      if (losesDigits(token)) {
        parts.push(text.slice(copied, index), `"${token}"`)
        copied = end
      }
      index = end - 1
    }
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

/** Index of the quote that ends the string which begins at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
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

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** The grammar of RFC 8259 section 6; anything else is left for `JSON.parse` to refuse. */
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function losesDigits(token: string): boolean {
  if (token.length < 5 || !numberPattern.test(token)) return false
  const value = Number(token)
  if (/^-?\d+$/.test(token)) return String(value) !== token
  return !Number.isFinite(value) || significantDigits(token) !== significantDigits(String(value))
}

/** The digits of a number without its sign, its point, its exponent and the zeros at both ends. */
function significantDigits(token: string): string {
  const [mantissa = ''] = token.toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}
