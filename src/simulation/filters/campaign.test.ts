import { expect, it } from 'vitest'
import { runFilters } from './campaign.js'

it('finds the same entries with the plan, without pushdown and by hand, in 5,000 filters', async () => {
  const { broken, ...report } = await runFilters({ seed: 20_261_121, cases: 5_000, brokenMax: 3 })
  expect(broken, 'differences; each names its seed').toEqual([])
  expect(report.cases).toBe(5_000)
  // The filters are not idle: they find entries, and the plan spares requests.
  expect(report.matches).toBeGreaterThan(20_000)
  expect(report.requestsPlanned).toBeLessThan(report.requestsPlain)
  expect(report.split).toBeGreaterThan(1_000)
})
