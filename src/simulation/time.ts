/** Dates as the simulated upstreams read and write them. Written apart from src/model so that no misreading is shared. */

import type { LogWindow } from './log.js'

export type Precision = 'microsecond' | 'millisecond' | 'second' | 'day'

const stepUs: Record<Precision, number> = {
  microsecond: 1,
  millisecond: 1_000,
  second: 1_000_000,
  day: 86_400_000_000,
}

/** A date parameter as it was read. */
export interface ReadDate {
  /** UTC microseconds; midnight for a date without time. */
  readonly us: number
  readonly dateOnly: boolean
  /** Whether it had `Z` or an offset. */
  readonly zoned: boolean
}

const datePattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/

/**
 * Reads an ISO 8601 calendar date or date-time. A time without zone is UTC. Undefined for anything else, also for a
 * day that does not exist. Digits finer than a microsecond are cut off.
 */
export function readDate(text: string): ReadDate | undefined {
  const match = datePattern.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (new Date(midnight).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return undefined
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return undefined
  const seconds = Number(hour ?? 0) * 3_600 + Number(minute ?? 0) * 60 + Number(second ?? 0)
  const micros = Number((fraction ?? '').slice(0, 6).padEnd(6, '0'))
  return {
    us: midnight * 1_000 + (seconds - zoneSeconds(zone)) * 1_000_000 + micros,
    dateOnly: hour === undefined,
    zoned: zone !== undefined,
  }
}

/** Writes an entry's time cut to a precision, with `Z`: `2026-02-11T19:04:55.123456Z`. */
export function writeTime(timeUs: number, precision: Precision): string {
  const millis = Math.floor(timeUs / 1_000)
  const text = new Date(millis).toISOString()
  if (precision === 'day') return text.slice(0, 10)
  if (precision === 'second') return `${text.slice(0, 19)}Z`
  if (precision === 'millisecond') return text
  return `${text.slice(0, 23)}${String(timeUs - millis * 1_000).padStart(3, '0')}Z`
}

/** How an upstream understands the two bounds of a window. */
export interface BoundSwitches {
  readonly lowerBound: 'inclusive' | 'exclusive' | 'ignored'
  readonly upperBound: 'inclusive' | 'exclusive' | 'ignored'
  /** Entry and bound are both cut down to this before they are compared. */
  readonly boundPrecision: Precision
  /** Zone in which days begin and in which a date without time is read: minutes east of UTC. */
  readonly zoneOffsetMinutes: number
}

/** The window that two bounds mean under the switches. Bounds are UTC microseconds; undefined is open. */
export function windowOf(
  lowerUs: number | undefined,
  upperUs: number | undefined,
  switches: BoundSwitches,
): LogWindow {
  const step = stepUs[switches.boundPrecision]
  const shift = switches.boundPrecision === 'day' ? switches.zoneOffsetMinutes * 60_000_000 : 0
  const cut = (us: number) => Math.floor((us + shift) / step) * step - shift
  const lower = switches.lowerBound === 'ignored' ? undefined : lowerUs
  const upper = switches.upperBound === 'ignored' ? undefined : upperUs
  return {
    fromUs:
      lower === undefined
        ? Number.NEGATIVE_INFINITY
        : cut(lower) + (switches.lowerBound === 'exclusive' ? step : 0),
    untilUs:
      upper === undefined
        ? Number.POSITIVE_INFINITY
        : cut(upper) + (switches.upperBound === 'inclusive' ? step : 0),
  }
}

/** A bound in UTC microseconds; a date without time or zone is read in the zone of the switches. */
export function boundUs(date: ReadDate, switches: BoundSwitches): number {
  return date.zoned ? date.us : date.us - switches.zoneOffsetMinutes * 60_000_000
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 3_600 + Number(zone.slice(-2)) * 60)
}
