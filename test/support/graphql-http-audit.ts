import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** How many audits there are: the suite fails when it loses some. */
const auditCount = 61

/**
 * The public audit suite of GraphQL over HTTP against a server on a socket. `start` gives its URL and closes it; every
 * limit should be on.
 */
export function describeHttpAudit(
  name: string,
  start: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): void {
  describe(`graphql-http audits of ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>> | undefined
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.close())

    it(`passes all ${auditCount}`, async () => {
      const results = await auditServer({ url: server?.url ?? '' })
      const failed = results
        .filter(({ status }) => status !== 'ok')
        .map((result) => `${result.id} ${result.name}: ${result.status === 'ok' ? '' : result.reason}`)
      expect(failed).toEqual([])
      expect(results).toHaveLength(auditCount)
    })
  })
}
