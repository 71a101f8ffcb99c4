import { setFlagsFromString } from 'node:v8'

/**
 * Imported before anything else: graphql-js and others look at this once, when they are loaded, and check more than a
 * running gateway needs unless it says so.
 */
process.env['NODE_ENV'] ??= 'production'

/**
 * A full collection comes when the old generation has grown by half (README, Benchmarks). V8 reads this anew at each, so it
 * need not stand in the first line of main.ts, of which Linux before 5.1 reads 127 letters.
 */
setFlagsFromString('--heap-growing-percent=50')
