import { expect, it } from 'vitest'
import { runSoak } from './soak.js'

/** `npm run soak` sends 20,000; every run of the tests sends a few. */
const requests = Number(process.env['SOAK_REQUESTS'] ?? 200)
const seed = Number(process.env['SOAK_SEED'] ?? 1)

/** How much the heap may grow over the second half of the way, in bytes. */
const growthMax = 8 * 1024 * 1024

it(`${requests} requests over sockets and through faults leave nothing behind`, {
  timeout: 900_000,
}, async () => {
  const result = await runSoak({ requests, concurrency: 16, seed })
  const { answers, heapBytes, slowestMs } = result
  const megabytes = heapBytes.map((bytes) => Math.round(bytes / 1024 / 1024))
  const told = JSON.stringify({ seed, answers, heapMegabytes: megabytes, slowestMs: Math.round(slowestMs) })
  if (requests > 1_000) process.stdout.write(`${told}\n`)
  expect(result.wrong, told).toEqual([])
  expect(result.unhandled, told).toEqual([])
  expect(result.internalErrors, told).toEqual([])
  expect(result.operationsLeft, told).toBe(0)
  for (const [type, count] of Object.entries(result.resourcesAfter)) {
    expect(count, `${type} ${told}`).toBeLessThanOrEqual(result.resourcesBefore[type] ?? 0)
  }
  expect(Object.values(answers).reduce((sum, count) => sum + count, 0)).toBe(requests)
  // A short way ends before code is compiled and what is kept on purpose has reached its bounds.
  if (requests > 1_000) {
    const [half = 0, last = 0] = [heapBytes[4], heapBytes[9]]
    expect(last - half, told).toBeLessThan(growthMax)
  }
})
