import { startUpstream } from './contestants.js'
import { startGateway } from './gateway.js'
import { memoryMib, type Served } from './process.js'
import { sourceKeys } from './rows.js'

export interface Memory {
  readonly entries: number
  readonly readers: number
  /** Resident memory of the gateway's process in MiB; null where the system does not tell. */
  readonly idle: number | null
  readonly peak: number | null
  readonly seconds: number
}

interface Page {
  readonly data?: {
    readonly auditEntries: {
      readonly edges: readonly { readonly node: { readonly id: string } }[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  }
}

const document = `query Read($after: String) {
  auditEntries(first: 500, after: $after) {
    edges { node { id occurredAt action actor { name } } }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Readers that each read entries page by page, one request after the other, to so many entries or the end. */
export async function measureMemory(readers: number, entriesPerReader: number): Promise<Memory> {
  const upstream = await startUpstream({
    mode: 'endless',
    text: 'ascii',
    newestMs: Date.now() - 60_000,
    delayMs: 0,
    rowsPerSource: Math.ceil(entriesPerReader / sourceKeys.length),
  })
  const gateway = await startGateway(upstream.url)
  const begunMs = performance.now()
  try {
    const idle = memoryMib(gateway.pid)
    const read = await Promise.all(Array.from({ length: readers }, () => readOn(gateway, entriesPerReader)))
    return {
      entries: read.reduce((sum, entries) => sum + entries, 0),
      readers,
      idle: idle?.now ?? null,
      peak: memoryMib(gateway.pid)?.peak ?? null,
      seconds: (performance.now() - begunMs) / 1_000,
    }
  } finally {
    await Promise.all([gateway.stop(), upstream.stop()])
  }
}

async function readOn({ url }: Served, entriesMax: number): Promise<number> {
  let entries = 0
  for (let after: string | null = null; entries < entriesMax; ) {
    const body = JSON.stringify({ query: document, variables: after === null ? {} : { after } })
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    const { data, ...rest } = (await response.json()) as Page
    if (!data) throw new Error(`A page could not be read: ${JSON.stringify(rest).slice(0, 500)}`)
    const { edges, pageInfo } = data.auditEntries
    entries += edges.length
    if (!pageInfo.hasNextPage) break
    after = pageInfo.endCursor
  }
  return entries
}
