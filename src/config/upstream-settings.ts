import { z } from 'zod'
import { bounded } from './bounded.js'

const dayMs = 86_400_000

/** Names and units are those of the limits that they replace: src/upstream/limits.ts. */
export const upstreamSettings = z
  .strictObject({
    connectMs: bounded(100, 60_000).describe('Milliseconds until a connection to a provider stands.'),
    headersMs: bounded(100, 120_000).describe('Milliseconds until an answer begins.'),
    bodyMs: bounded(100, 300_000).describe('Milliseconds until an answer is whole, however it drips.'),
    bodyBytesMax: bounded(65_536, 64 * 1024 * 1024).describe('Bytes of a page of a provider, decoded.'),
    connectionsMax: bounded(1, 1_000).describe('Connections to one host at once.'),
    retriesMax: bounded(0, 10).describe('Further attempts of a request after the first.'),
    retryDelayMinMs: bounded(0, 60_000).describe('Milliseconds between two attempts, at least.'),
    retryDelayMaxMs: bounded(0, 60_000).describe('Milliseconds between two attempts, at most.'),
    retryBudget: bounded(1, 1_000).describe(
      'Tokens for the retries of a provider: a failure takes one, a success gives a tenth, half of them end retries.',
    ),
    waitMaxMs: bounded(0, 900_000).describe(
      'Milliseconds that a request waits for leave where no deadline bounds it.',
    ),
    concurrencyStart: bounded(1, 100).describe('Requests of one credential at once, at first.'),
    concurrencyMax: bounded(1, 100).describe('Requests of one credential at once, at most.'),
    breakerCalls: bounded(1, 10_000).describe('Requests within the window of which half must fail.'),
    breakerWindowMs: bounded(1_000, 3_600_000).describe('Milliseconds of the window of the breaker.'),
    breakerPauseMs: bounded(100, 3_600_000).describe('Milliseconds until its first probe.'),
    breakerPauseMaxMs: bounded(100, dayMs).describe('Milliseconds until its later probes, at most.'),
    breakerUnanswered: bounded(1, 10_000).describe(
      'Requests in a row without an answer, over headersMs or longer, that open the breaker too.',
    ),
    refusedCredentialMs: bounded(0, 3_600_000).describe(
      'Milliseconds that a refused credential is not sent again.',
    ),
    settledPageBytes: bounded(0, 16 * 1024 * 1024 * 1024).describe(
      'Bytes of memory for pages of settled times; 0 keeps none.',
    ),
    settledPageMs: bounded(60_000, 600_000).describe('Milliseconds that such a page is kept.'),
  })
  .refine(
    ({ connectMs = 2_000, headersMs = 4_000, bodyMs = 8_000 }) =>
      connectMs <= headersMs && headersMs <= bodyMs,
    'expected connectMs <= headersMs <= bodyMs (defaults: 2000, 4000, 8000)',
  )
  .refine(
    ({ retryDelayMinMs = 100, retryDelayMaxMs = 1_000 }) => retryDelayMinMs <= retryDelayMaxMs,
    'expected retryDelayMinMs <= retryDelayMaxMs (defaults: 100, 1000)',
  )
  .refine(
    ({ concurrencyStart = 1, concurrencyMax = 8 }) => concurrencyStart <= concurrencyMax,
    'expected concurrencyStart <= concurrencyMax (default: 8)',
  )
  .refine(
    ({ breakerPauseMs = 0, breakerPauseMaxMs = 25_000 }) => breakerPauseMs <= breakerPauseMaxMs,
    'expected breakerPauseMs <= breakerPauseMaxMs (default: 25000)',
  )
