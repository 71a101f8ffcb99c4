import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { jsonResponse } from './exchange.js'
import { applyFault, createFaultPlan, type Fault } from './faults.js'
import { sampleRequest } from './sample.js'

const request = sampleRequest('/v1/audit-log')
const answer = jsonResponse(200, { data: [{ id: 'a', created_at: 't' }, { id: 'b' }], has_more: false })
const nowMs = Date.UTC(2026, 10, 21, 12)

function textOf(fault: Fault): string {
  return Buffer.from(applyFault(fault, answer, 'jitsudo', nowMs).body).toString()
}

describe('createFaultPlan', () => {
  const hang: Fault = { kind: 'hang' }
  const strikes = (plan: ReturnType<typeof createFaultPlan>, count: number) =>
    Array.from({ length: count }, (_, index) => plan.next(request, index + 1)?.kind)

  it.each([
    ['always', {}, ['hang', 'hang', 'hang', 'hang']],
    ['by number', { requests: [2, 4] }, [undefined, 'hang', undefined, 'hang']],
    ['every third', { every: 3 }, [undefined, undefined, 'hang', undefined]],
    ['by the request', { matches: () => false }, [undefined, undefined, undefined, undefined]],
    ['a number of times', { times: 2 }, ['hang', 'hang', undefined, undefined]],
    ['never', { probability: 0 }, [undefined, undefined, undefined, undefined]],
  ])('strikes %s', (_name, rule, expected) => {
    expect(strikes(createFaultPlan([{ fault: hang, ...rule }]), 4)).toEqual(expected)
  })

  it('draws the same from the same seed', () => {
    const rules = [{ fault: hang, probability: 0.5 }]
    const draws = strikes(createFaultPlan(rules, 9), 200)
    expect(draws).toEqual(strikes(createFaultPlan(rules, 9), 200))
    expect(draws).not.toEqual(strikes(createFaultPlan(rules, 10), 200))
    expect(draws.filter((kind) => kind === 'hang').length).toBeGreaterThan(60)
  })

  it('takes the first rule that strikes', () => {
    const plan = createFaultPlan([{ fault: { kind: 'emptyOk' }, times: 1 }, { fault: hang }])
    expect(strikes(plan, 2)).toEqual(['emptyOk', 'hang'])
  })
})

describe('applyFault', () => {
  it('leaves an answer as it is without a fault', () => {
    const whole = applyFault(undefined, answer, 'jitsudo', nowMs)
    expect(whole).toMatchObject({ status: 200, delivery: { kind: 'whole', delayMs: 0 } })
    expect(Buffer.from(whole.body).toString()).toBe(answer.body)
  })

  it.each([
    [7, '7'],
    ['soon', 'soon'],
    [{ dateInMs: 60_000 }, 'Sat, 21 Nov 2026 12:01:00 GMT'],
    [undefined, undefined],
  ])('sends Retry-After %j', (retryAfter, expected) => {
    const fault: Fault = { kind: 'status', status: 429, ...(retryAfter !== undefined && { retryAfter }) }
    expect(applyFault(fault, answer, 'ashby', nowMs)).toMatchObject({ status: 429 })
    expect(applyFault(fault, answer, 'ashby', nowMs).headers['retry-after']).toBe(expected)
  })

  it.each([
    ['aitronos', { success: false, error: { code: 'INTERNAL_ERROR', status: 503 } }],
    ['freddy', { error: { type: 'api_error', code: 'internal_error' } }],
    ['jitsudo', { code: 'internal_error' }],
    ['ashby', { success: false, errorInfo: { code: 'internal_error' } }],
  ] as const)('fails in the shape of %s', (provider, expected) => {
    const { body } = applyFault({ kind: 'status', status: 503 }, answer, provider, nowMs)
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject(expected)
  })

  it('drifts the first row', () => {
    expect(JSON.parse(textOf({ kind: 'rowWithout', field: 'id' }))).toMatchObject({
      data: [{ created_at: 't' }, { id: 'b' }],
    })
    expect(textOf({ kind: 'rowWithout', field: 'id' })).not.toContain('"a"')
    expect(textOf({ kind: 'rowWithout', field: 'time' })).not.toContain('created_at')
    expect(JSON.parse(textOf({ kind: 'duplicateRow' })).data).toHaveLength(3)
  })

  it('spoils the text', () => {
    expect(() => JSON.parse(textOf({ kind: 'truncatedJson' }))).toThrow()
    expect(() => JSON.parse(textOf({ kind: 'twoDocuments' }))).toThrow()
    expect(textOf({ kind: 'byteOrderMark' }).charCodeAt(0)).toBe(0xfeff)
    expect(textOf({ kind: 'hugeBody', bytes: 1_000 })).toHaveLength(answer.body.length + 1_000)
    expect(textOf({ kind: 'deepJson', depth: 300 })).toContain('[[[[')
    expect(textOf({ kind: 'rewrite', rewrite: () => 'other' })).toBe('other')
    const { body } = applyFault({ kind: 'invalidUtf8' }, answer, 'jitsudo', nowMs)
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow()
  })

  it('packs a bomb', () => {
    const { body, headers } = applyFault({ kind: 'gzip', bytes: 1_000_000 }, answer, 'jitsudo', nowMs)
    expect(headers['content-encoding']).toBe('gzip')
    expect(body.byteLength).toBeLessThan(5_000)
    expect(gunzipSync(body).byteLength).toBeGreaterThan(1_000_000)
  })
})
