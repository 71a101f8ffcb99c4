/** Any number of so many digits is given back by a double, and none of more than `digitsMax`: IEEE 754, binary64. */
const digitsSafe = 15
const digitsMax = 17
/** Powers of ten of the first digit: between these all numbers of `digitsSafe` digits are given back. */
const safePowerMax = 300
/** Beyond this a number is infinite, and below the other it is zero. */
const powerMax = 308
const powerMin = -324
/** From this on JavaScript writes an integer with an exponent. */
const integerPowerMax = 20
/** Greater than any that digits of a text could make up for. */
const exponentMax = 1_000_000_000

/**
 * Whether a double changes the number that stands from `start` to `end`: it is an integer that JavaScript would write
 * otherwise, or its digits, without zeros at both ends, are not those of the double. False for what is no number by RFC
 * 8259 section 6, which is left for `JSON.parse` to refuse.
 *
 * A body may hold a million of them, so the number and place of the digits decide wherever they can.
 */
export function losesDigits(text: string, start: number, end: number): boolean {
  const wholeStart = text.charCodeAt(start) === 0x2d ? start + 1 : start
  const wholeEnd = endOfDigits(text, wholeStart, end)
  const isPadded = wholeEnd - wholeStart > 1 && text.charCodeAt(wholeStart) === 0x30
  if (wholeEnd === wholeStart || isPadded) return false
  let mantissaEnd = wholeEnd
  if (wholeEnd < end && text.charCodeAt(wholeEnd) === 0x2e) {
    mantissaEnd = endOfDigits(text, wholeEnd + 1, end)
    if (mantissaEnd === wholeEnd + 1) return false
  }
  const exponent = mantissaEnd === end ? 0 : exponentOf(text, mantissaEnd, end)
  if (exponent === undefined) return false

  let first = wholeStart
  while (first < mantissaEnd && isZeroOrPoint(text.charCodeAt(first))) first += 1
  if (first === mantissaEnd) return false
  let last = mantissaEnd - 1
  while (isZeroOrPoint(text.charCodeAt(last))) last -= 1
  const digits = last - first + (first < wholeEnd && last > wholeEnd ? 0 : 1)
  const power = (first < wholeEnd ? wholeEnd - first - 1 : wholeEnd - first) + exponent
  const isInteger = wholeEnd === end
  if (digits > digitsMax || power > powerMax || power < powerMin) return true
  if (isInteger && power > integerPowerMax) return true
  if (digits <= digitsSafe && Math.abs(power) <= safePowerMax) return false

  const token = text.slice(start, end)
  const value = Number(token)
  const written = String(value)
  if (isInteger || written === token) return written !== token
  return !Number.isFinite(value) || !haveSameDigits(token, written)
}

function endOfDigits(text: string, start: number, end: number): number {
  let index = start
  while (index < end && isDigit(text.charCodeAt(index))) index += 1
  return index
}

/** The exponent from its letter to `end`, bounded; undefined when it is none. */
function exponentOf(text: string, start: number, end: number): number | undefined {
  const letter = text.charCodeAt(start)
  if (letter !== 0x65 && letter !== 0x45) return undefined
  const sign = text.charCodeAt(start + 1)
  const isNegative = sign === 0x2d
  const digitsStart = isNegative || sign === 0x2b ? start + 2 : start + 1
  if (digitsStart >= end) return undefined
  let size = 0
  for (let index = digitsStart; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (!isDigit(code)) return undefined
    size = Math.min(exponentMax, size * 10 + code - 0x30)
  }
  return isNegative ? -size : size
}

/** Whether two numbers have the same digits but for zeros at both ends, wherever their points are and whatever their exponents. */
function haveSameDigits(one: string, other: string): boolean {
  let at = firstDigit(one)
  let otherAt = firstDigit(other)
  for (;;) {
    if (one.charCodeAt(at) === 0x2e) at += 1
    if (other.charCodeAt(otherAt) === 0x2e) otherAt += 1
    const digit = digitAt(one, at)
    const otherDigit = digitAt(other, otherAt)
    if (digit === undefined && otherDigit === undefined) return true
    if ((digit ?? 0x30) !== (otherDigit ?? 0x30)) return false
    if (digit !== undefined) at += 1
    if (otherDigit !== undefined) otherAt += 1
  }
}

function firstDigit(number: string): number {
  let index = number.charCodeAt(0) === 0x2d ? 1 : 0
  while (isZeroOrPoint(number.charCodeAt(index))) index += 1
  return index
}

function digitAt(number: string, index: number): number | undefined {
  const code = number.charCodeAt(index)
  return isDigit(code) ? code : undefined
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isZeroOrPoint(code: number): boolean {
  return code === 0x30 || code === 0x2e
}
