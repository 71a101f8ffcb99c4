import { fileURLToPath } from 'node:url'
import { startGateway } from './gateway.js'
import { ask, type Target } from './load.js'
import { bodyOf } from './operation.js'
import { type Served, startNode } from './process.js'
import type { Text } from './rows.js'
import type { UpstreamSettings } from './upstream.js'

/** One way to answer the same page, as it is measured: a process of its own. */
interface Contestant {
  readonly name: string
  readonly pid: number
  /** Made anew before each round, since a cursor may have to be fetched for it. */
  target(): Promise<Target>
}

export const names = {
  bytes: 'node:http, bytes made before',
  bareYoga: 'bare yoga over static objects, graphql-js',
  bareYogaFast: 'bare yoga over static objects, our executor',
  httpMerge: 'merge over bare HTTP, no GraphQL',
  plainYoga: 'merge written plainly, yoga and zod',
  fresh: 'gateway, fresh pages',
  kept: 'gateway, page from read-ahead',
} as const

export interface Field {
  readonly contestants: readonly Contestant[]
  stop(): Promise<void>
}

const script = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

/** Starts the providers. */
export function startUpstream(settings: UpstreamSettings): Promise<Served> {
  return startNode([script('upstream'), JSON.stringify(settings)])
}

/** Starts everything that is measured side by side; each contestant has answered as it should when this resolves. */
export async function startField(text: Text, delayMs: number): Promise<Field> {
  const newestMs = Date.now() - 60_000
  const upstream = await startUpstream({ mode: 'fixed', text, newestMs, delayMs, rowsPerSource: 1_000_000 })
  const statics = JSON.stringify({ text, newestMs })
  const merging = JSON.stringify({ upstream: upstream.url })
  const [fresh, kept, bytes, bareYoga, bareYogaFast, httpMerge, plainYoga] = await Promise.all([
    startGateway(upstream.url),
    startGateway(upstream.url),
    startNode([script('baselines/bytes'), statics]),
    startNode([script('baselines/bare-yoga'), JSON.stringify({ text, newestMs, executor: 'graphql-js' })]),
    startNode([script('baselines/bare-yoga'), JSON.stringify({ text, newestMs, executor: 'ours' })]),
    startNode([script('baselines/http-merge'), merging]),
    startNode([script('baselines/plain-yoga'), merging]),
  ])
  const graphql = (served: Served) => (served.url.endsWith('/graphql') ? served.url : `${served.url}/graphql`)
  const first = (served: Served) => async () => ({
    url: graphql(served),
    bodyOf: (index: number) => bodyOf(index, newestMs),
  })
  const contestants: Contestant[] = [
    { name: names.bytes, pid: bytes.pid, target: first(bytes) },
    { name: names.bareYoga, pid: bareYoga.pid, target: first(bareYoga) },
    { name: names.bareYogaFast, pid: bareYogaFast.pid, target: first(bareYogaFast) },
    { name: names.httpMerge, pid: httpMerge.pid, target: first(httpMerge) },
    { name: names.plainYoga, pid: plainYoga.pid, target: first(plainYoga) },
    { name: names.fresh, pid: fresh.pid, target: first(fresh) },
    { name: names.kept, pid: kept.pid, target: () => secondPage(graphql(kept), newestMs) },
  ]
  await checkAnswers(contestants)
  const all = [upstream, fresh, kept, bytes, bareYoga, bareYogaFast, httpMerge, plainYoga]
  return {
    contestants,
    stop: async () => {
      await Promise.all(all.map((served) => served.stop()))
    },
  }
}

/** The page after the first of a reading, whose rows came with the first. */
async function secondPage(url: string, newestMs: number): Promise<Target> {
  const first = bodyOf(0, newestMs)
  const answer = JSON.parse(await ask({ url, bodyOf: () => first })) as Answer
  const next = bodyOf(0, newestMs, answer.data.auditEntries.pageInfo.endCursor)
  return { url, bodyOf: () => next }
}

interface Answer {
  readonly data: {
    readonly auditEntries: {
      readonly edges: readonly { readonly node: object }[]
      readonly pageInfo: { readonly endCursor: string }
    }
  }
}

/** Nobody is measured who does not give the hundred entries that everybody gives. */
async function checkAnswers(contestants: readonly Contestant[]): Promise<void> {
  let expected: string | undefined
  for (const { name, target } of contestants) {
    const { edges } = (JSON.parse(await ask(await target())) as Answer).data.auditEntries
    if (edges.length !== 100) throw new Error(`${name} gave ${edges.length} entries.`)
    const nodes = JSON.stringify(edges.map(({ node }) => node))
    if (name === names.httpMerge) expected = nodes
    if ((name === names.plainYoga || name === names.fresh) && nodes !== expected) {
      throw new Error(
        `${name} gave other entries than the merge over bare HTTP: ${difference(nodes, expected ?? '')}`,
      )
    }
  }
}

function difference(a: string, b: string): string {
  const at = [...a].findIndex((letter, index) => letter !== b[index])
  return `${a.slice(Math.max(0, at - 80), at + 40)} and not ${b.slice(Math.max(0, at - 80), at + 40)}`
}
