/**
 * UTC instants as milliseconds since the Unix epoch.
 *
 * `Date` is not used to read text: it takes 2026-02-30 for 2 March, reads a time without zone as local time and
 * accepts 24:00:00. The grammar here is RFC 3339 section 5.6 (`date-time`), which design.md section 3 asks for.
 */

export const secondMs = 1_000
export const dayMs = 86_400_000

/** The years 0001 to 9999, the span that RFC 3339 can write. Inclusive. */
export const instantMinMs = -62_135_596_800_000
export const instantMaxMs = 253_402_300_799_999

const dateTimePattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/

/** `down` cuts finer digits off, as the time of an entry; `up` goes to the next millisecond, as a bound does. */
export type Rounding = 'down' | 'up'

/**
 * Reads an RFC 3339 date-time. Gives undefined for anything else: no zone, an impossible date, hour 24, a leap
 * second on a date that has none. A leap second (`:60`) is read as the last millisecond of its minute.
 *
 * `rounding` says where digits finer than a millisecond go. A bound `up` keeps both meanings of a half-open range
 * exact for entry times cut `down`: t >= since and t < until hold for the cut time just when they hold for the bound.
 */
export function parseInstant(text: string, rounding: Rounding = 'down'): number | undefined {
  return parsePlain(text) ?? parseAny(text, rounding)
}

/**
 * Reads the form that most entries come in, `2026-02-11T19:04:55.123Z`, by its digits alone; undefined for any other
 * text, which may be an instant all the same. It reads every row of every page, and a pattern takes ten times as long.
 */
function parsePlain(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(10) !== 0x54 || text.charCodeAt(23) !== 0x5a) return undefined
  const separated =
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(19) === 0x2e
  if (!separated) return undefined
  const dayStart = startOfPlainDay(text)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const millis = digits(text, 20, 3)
  // A digit that is none makes its number NaN, which is in no range.
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && millis <= 999
  return isTime && dayStart !== undefined
    ? dayStart + ((hour * 60 + minute) * 60 + second) * 1_000 + millis
    : undefined
}

/** Where the day begins that a text begins with; undefined for one that is not read by its digits alone. */
function startOfPlainDay(text: string): number | undefined {
  if (text.startsWith(lastRead.text)) return lastRead.startMs
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  // The years that Date.UTC takes as they are: the rest goes the long way.
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined
  lastRead = { text: text.slice(0, 10), startMs: Date.UTC(year, month - 1, day) }
  return lastRead.startMs
}

/** The day that was read last: the rows of one page are mostly of a few days. */
let lastRead = { text: '1970-01-01', startMs: 0 }

/** The number that so many digits from `start` make; NaN when one of them is no digit. */
function digits(text: string, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function parseAny(text: string, rounding: Rounding): number | undefined {
  if (text.length > 64) return undefined
  const match = dateTimePattern.exec(text)
  if (!match) return undefined
  const [
    ,
    yearText,
    monthText,
    dayText,
    hourText,
    minuteText,
    secondText,
    fraction = '',
    zulu,
    sign,
    zoneHour,
    zoneMinute,
  ] = match
  const year = Number(yearText)
  const month = Number(monthText)
  const day = Number(dayText)
  const hour = Number(hourText)
  const minute = Number(minuteText)
  const second = Number(secondText)
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const offsetHour = Number(zoneHour ?? 0)
  const offsetMinute = Number(zoneMinute ?? 0)
  if (zulu === undefined && (offsetHour > 23 || offsetMinute > 59)) return undefined

  const offsetMs = (sign === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute) * 60_000
  const minuteStart = dateMs(year, month, day) + (hour * 60 + minute) * 60_000 - offsetMs
  if (second === 60) {
    if ((minuteStart + 60_000) % dayMs !== 0) return undefined
    return inRange(minuteStart + 59_999)
  }
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const finer = rounding === 'up' && /[1-9]/.test(fraction.slice(3)) ? 1 : 0
  return inRange(minuteStart + second * 1_000 + millis + finer)
}

/** Writes an instant as `2026-02-11T19:04:55.123Z`. Throws a RangeError outside the years 0001 to 9999. */
export function formatInstant(instantMs: number): string {
  if (!(instantMs >= instantMinMs && instantMs <= instantMaxMs)) {
    throw new RangeError(`Not an instant of the years 0001 to 9999: ${instantMs}`)
  }
  const whole = Math.trunc(instantMs)
  const day = Math.floor(whole / dayMs)
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * dayMs).toISOString().slice(0, 11) }
  const ms = whole - day * dayMs
  const hours = twoDigits[Math.floor(ms / 3_600_000)]
  const minutes = twoDigits[Math.floor(ms / 60_000) % 60]
  const seconds = twoDigits[Math.floor(ms / 1_000) % 60]
  const rest = ms % 1_000
  return `${lastDay.text}${hours}:${minutes}:${seconds}.${rest < 100 ? '0' : ''}${twoDigits[rest] ?? rest}Z`
}

/** The day that was written last: entries of one answer are mostly of a few days, and a Date for each takes longest. */
let lastDay = { day: 0, text: '1970-01-01T' }

const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))

/** Writes the UTC day of an instant as `2026-02-11`. */
export function formatDay(instantMs: number): string {
  return formatInstant(instantMs).slice(0, 10)
}

/** Goes down to a multiple of `stepMs`. */
export function floorTo(instantMs: number, stepMs: number): number {
  return Math.floor(instantMs / stepMs) * stepMs
}

/** Goes up to a multiple of `stepMs`. */
export function ceilTo(instantMs: number, stepMs: number): number {
  return Math.ceil(instantMs / stepMs) * stepMs
}

/** Keeps an instant within the years that can be written. */
export function clampInstant(instantMs: number): number {
  return Math.min(Math.max(instantMs, instantMinMs), instantMaxMs)
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

function dateMs(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}

function inRange(instantMs: number): number | undefined {
  return instantMs >= instantMinMs && instantMs <= instantMaxMs ? instantMs : undefined
}
