import { describe, expect, it } from 'vitest'
import { type DemoSource, startDemo } from './demo.js'

const startMs = Date.UTC(2026, 10, 21, 12)

/** The first page of a source, as its sheet says to ask for it. */
function ask({ provider, baseUrl, organizationId, tenantId, credentials }: DemoSource) {
  switch (provider) {
    case 'aitronos':
      return fetch(`${baseUrl}/v1/organizations/${organizationId}/audit-log`, {
        headers: { authorization: `Bearer ${credentials['token']}` },
      })
    case 'freddy':
      return fetch(`${baseUrl}/v1/${organizationId}/audit-logs`, {
        headers: { authorization: `Bearer ${credentials['apiKey']}` },
      })
    case 'jitsudo':
      return fetch(`${baseUrl}/v1/audit-log`, {
        headers: { 'x-api-key': credentials['apiKey'] ?? '', 'x-tenant-id': tenantId ?? '' },
      })
    default:
      return fetch(`${baseUrl}/auditLog.list`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${credentials['apiKey']}:`)}` },
        body: '{}',
      })
  }
}

describe('startDemo', () => {
  it('serves four sources that answer with entries', async () => {
    const demo = await startDemo({ now: () => startMs, days: 10 })
    try {
      expect(demo.sources.map(({ key, provider }) => `${key}: ${provider}`)).toEqual([
        'crew: aitronos',
        'assistants: freddy',
        'access: jitsudo',
        'hiring: ashby',
      ])
      for (const source of demo.sources) {
        const answer = await ask(source)
        expect(answer.status).toBe(200)
        expect((await answer.text()).length).toBeGreaterThan(1_000)
      }
      expect(demo.host.requestCount).toBe(4)
    } finally {
      await demo.close()
    }
  })

  it('grows as its clock goes on', async () => {
    let nowMs = startMs
    const demo = await startDemo({ now: () => nowMs, days: 2 })
    try {
      const before = demo.world.logs.freddy.size
      nowMs += 600_000
      for (const source of demo.sources) await (await ask(source)).arrayBuffer()
      expect(demo.world.logs.freddy.size).toBeGreaterThan(before + 30)
    } finally {
      await demo.close()
    }
  })
})
