import { z } from 'zod'

/** A whole number between two bounds, which may be left out. */
export function bounded(min: number, max: number) {
  return z.int().min(min).max(max).optional()
}
