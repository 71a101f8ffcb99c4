import { writeFile } from 'node:fs/promises'
import { startGateway } from './gateway.js'
import { measureAddedLatency } from './latency.js'
import { type Memory, measureMemory } from './memory.js'
import { reportOf } from './report.js'
import type { Text } from './rows.js'
import { measureThroughput } from './throughput.js'

/**
 * `npm run bench`: everything side by side, and RESULTS.md beside this file's source. `--quick` takes a minute, leaves
 * out memory and non-ASCII pages, and writes nothing.
 */
const quick = process.argv.includes('--quick')
// Short and many: what else the machine does changes from second to second.
const rounds = quick
  ? { count: 5, seconds: 0.6, warmUpRequests: 1_500 }
  : { count: 21, seconds: 0.7, warmUpRequests: 4_000 }
const texts: readonly Text[] = quick ? ['ascii'] : ['ascii', 'unicode']

const throughput = []
for (const text of texts) throughput.push({ text, speeds: await measureThroughput(text, rounds) })
const latency = await measureAddedLatency(quick ? 3 : 8)
const startMs = await startTimes(quick ? 3 : 7)
const memory: Memory[] = []
if (!quick) {
  memory.push(await measureMemory(1, 1_000_000))
  memory.push(await measureMemory(64, 10_000))
}
const report = reportOf({ throughput, latency, startMs, memory, quick })
process.stdout.write(`${report}\n`)
if (!quick) await writeFile(new URL('../../RESULTS.md', import.meta.url), `${report}\n`)

/** Starts the gateway so often, over sources that nobody asks. */
async function startTimes(count: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const gateway = await startGateway('http://127.0.0.1:9')
    times.push(gateway.startMs)
    await gateway.stop()
  }
  return times.sort((a, b) => a - b)
}
