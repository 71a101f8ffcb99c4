import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Served, startNode } from './process.js'
import { organizationId, tenantId } from './rows.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Starts the built gateway, as `npm start` does, over the three sources of an upstream. */
export async function startGateway(upstream: string): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'auditgraph-bench-'))
  const path = join(folder, 'auditgraph.yaml')
  await writeFile(path, JSON.stringify(configuration(upstream))) // JSON is YAML
  try {
    const options = await startOptions()
    return await startNode([...options, join(root, 'dist/cli/main.js'), '--config', path], 'quiet')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The options of Node that `npm start` sets. */
async function startOptions(): Promise<readonly string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}

function configuration(upstream: string): object {
  const sources = [
    {
      key: 'crew',
      provider: 'aitronos',
      baseUrl: `${upstream}/crew`,
      organizationId,
      dates: 'instant',
      credentials: { apiKey: 'bench' },
    },
    {
      key: 'assistants',
      provider: 'freddy',
      baseUrl: `${upstream}/assistants`,
      organizationId,
      credentials: { apiKey: 'bench' },
    },
    {
      key: 'access',
      provider: 'jitsudo',
      baseUrl: `${upstream}/access`,
      tenantId,
      credentials: { apiKey: 'bench' },
    },
  ]
  return { server: { port: 0 }, cursorSecret: 'bench-cursor-secret', sources }
}
