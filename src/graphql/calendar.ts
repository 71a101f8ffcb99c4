import { DateTime, Duration, IANAZone } from 'luxon'

export type CalendarUnit = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH'

/** Whether a text names a time zone of the IANA database, such as `Europe/Zurich`, or is `UTC`. */
export function isTimeZone(text: string): boolean {
  return IANAZone.isValidZone(text)
}

/**
 * Where calendar buckets of a time zone begin and end: from `sinceMs` to `untilMs`, with every begin of a unit between
 * them. The first and the last bucket are cut to the range. Weeks begin on Monday (ISO 8601); days are as long as
 * daylight saving makes them. UTC milliseconds, ascending. Gives up with null past `bucketsMax` buckets.
 */
export function calendarEdges(
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  unit: CalendarUnit,
  timeZone: string,
  bucketsMax: number,
): readonly number[] | null {
  if (sinceMs >= untilMs) return [sinceMs]
  const edges = [sinceMs]
  const name = unit.toLowerCase() as Lowercase<CalendarUnit>
  let at = DateTime.fromMillis(sinceMs, { zone: timeZone }).startOf(name)
  while (edges.length <= bucketsMax) {
    at = at.plus({ [name]: 1 })
    const edgeMs = at.toMillis()
    if (edgeMs >= untilMs) return [...edges, untilMs]
    if (edgeMs > sinceMs) edges.push(edgeMs)
  }
  return null
}

/**
 * Milliseconds of an ISO 8601 duration in weeks, days, hours, minutes and seconds, such as `PT5M`: units of a fixed
 * length. Undefined for anything else, months and years and negative ones included.
 */
export function parseDuration(text: string): number | undefined {
  const duration = /^P[\dWDTHMS.]+$/.test(text) ? Duration.fromISO(text) : undefined
  if (!duration?.isValid || duration.months !== 0) return undefined
  return Math.ceil(duration.toMillis())
}
