#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { runFilters } from '../simulation/filters/campaign.js'
import { type BrokenHistory, runCampaign, tryScript } from '../simulation/history/campaign.js'
import type { Script } from '../simulation/history/script.js'
import { shrink } from '../simulation/history/shrink.js'

interface Options {
  readonly histories: number
  readonly filters?: number | true
  readonly seed: number
  readonly replay?: string
  readonly out: string
}

await new Command('simulate')
  .description(
    'Play random whole histories, or filters, against the reading layer and judge what a client sees.',
  )
  .option('--histories <n>', 'how many', wholeNumber, 10_000)
  .option('--seed <n>', 'seed of the first; the others follow', wholeNumber, Date.now() % 1_000_000_000)
  .option('--filters [n]', 'read so many random filters over all providers instead; 100000', wholeNumber)
  .option('--replay <file>', 'play the script in a file instead')
  .option('--out <file>', 'where the script of a broken history is written', 'broken-history.json')
  .action(async (options: Options) => {
    if (options.filters !== undefined) process.exitCode = await filters(options)
    else
      process.exitCode = options.replay === undefined ? await campaign(options) : await replay(options.replay)
  })
  .parseAsync()

async function campaign({ histories, seed, out }: Options): Promise<number> {
  console.log(`playing ${histories} histories from seed ${seed}`)
  const startedMs = performance.now()
  const report = await runCampaign({ seed, histories, brokenMax: 5, onProgress: progressOf(histories) })
  const seconds = (performance.now() - startedMs) / 1_000
  const rate = Math.round(report.histories / seconds)
  console.log(
    `${report.histories} histories in ${seconds.toFixed(1)} s (${rate}/s): ${report.pages} pages, ${report.entries} entries, ` +
      `${report.requests} upstream requests, ${report.withGaps} with gaps`,
  )
  for (const [kind, count] of report.refusals) console.log(`  ended by a named refusal, ${kind}: ${count}`)
  for (const broken of report.broken)
    console.log(`  BROKEN seed ${broken.seed}: ${broken.complaints.slice(0, 3).join('; ')}`)
  const [first] = report.broken
  if (!first) return 0
  await explain(first, out)
  return 1
}

async function filters({ filters: given, seed }: Options): Promise<number> {
  const cases = typeof given === 'number' ? given : 100_000
  console.log(`reading ${cases} filters from seed ${seed}`)
  const startedMs = performance.now()
  const report = await runFilters({ seed, cases, brokenMax: 5, onProgress: progressOf(cases) })
  const seconds = (performance.now() - startedMs) / 1_000
  console.log(
    `${report.cases} filters in ${seconds.toFixed(1)} s: ${report.matches} entries, ${report.requestsPlanned} upstream ` +
      `requests with the plan and ${report.requestsPlain} without pushdown`,
  )
  for (const { seed: world, index, filter, complaints } of report.broken) {
    console.log(`  BROKEN seed ${world}, filter ${index}: ${complaints.slice(0, 3).join('; ')}`)
    console.log(`    ${JSON.stringify(filter)}`)
  }
  return report.broken.length === 0 ? 0 : 1
}

async function explain(broken: BrokenHistory, out: string): Promise<void> {
  const smallest = await shrink(
    broken.script,
    async (script) => (await tryScript(script)).complaints.length > 0,
  )
  writeFileSync(out, `${JSON.stringify(smallest, null, 2)}\n`)
  const { complaints } = await tryScript(smallest)
  const events = smallest.sources.reduce((count, source) => count + source.events.length, 0)
  console.log(
    `shrunk to ${smallest.sources.length} sources and ${events} events in ${out}; replay it with --replay ${out}`,
  )
  for (const complaint of complaints.slice(0, 10)) console.log(`  ${complaint}`)
}

async function replay(file: string): Promise<number> {
  const script = JSON.parse(readFileSync(file, 'utf8')) as Script // written by this command
  const { complaints } = await tryScript(script)
  for (const complaint of complaints) console.log(complaint)
  console.log(complaints.length === 0 ? 'the history keeps the promise' : `${complaints.length} complaints`)
  return complaints.length === 0 ? 0 : 1
}

function progressOf(histories: number): (done: number) => void {
  const step = Math.max(1, Math.floor(histories / 20))
  let told = 0
  return (done) => {
    if (done < told + step || done >= histories) return
    told = done - (done % step)
    console.log(`  ${told} of ${histories}`)
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
