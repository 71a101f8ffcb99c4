import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import type { runCampaign } from '../../src/simulation/history/campaign.js'

/** A known bug: one piece of one file of src that is replaced by another. */
export interface PlantedBug {
  readonly name: string
  /** Below src, such as 'reading/merge.ts'. */
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Of the first history that may show it. */
  readonly seed?: number
}

type RunCampaign = typeof runCampaign

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Within node_modules, so that the compiled files find their packages. */
const workshop = join(root, 'node_modules', '.cache', 'auditgraph-planted-bugs')
/** What the simulation is made of. */
const folders = ['model', 'reading', 'simulation']

/** Compiles the reading layer and its simulation with one bug in it, and loads the simulation's entrance. */
export async function plant(bug: PlantedBug): Promise<RunCampaign> {
  const home = join(workshop, bug.name.replaceAll(/\W+/g, '-'))
  rmSync(home, { recursive: true, force: true })
  for (const [file, text] of sources()) {
    const output = join(home, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(output), { recursive: true })
    writeFileSync(output, compiled(file === bug.file ? patched(text, bug) : text))
  }
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  const entrance = pathToFileURL(join(home, 'simulation', 'history', 'campaign.js')).href
  // Vite leaves an import alone that it is told to; Node loads the compiled files.
  const loaded: { runCampaign: RunCampaign } = await import(/* @vite-ignore */ entrance)
  return loaded.runCampaign
}

export function clearWorkshop(): void {
  rmSync(workshop, { recursive: true, force: true })
}

function patched(text: string, { name, file, find, replace }: PlantedBug): string {
  const places = text.split(find).length - 1
  if (places !== 1)
    throw new Error(`"${name}" must be put into src/${file} in one place, and fits in ${places}.`)
  return text.replace(find, () => replace)
}

function* sources(): Generator<readonly [file: string, text: string]> {
  for (const folder of folders) {
    for (const name of readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
      const file = `${folder}/${name}`
      yield [file, readFileSync(join(root, 'src', file), 'utf8')]
    }
  }
}

const compiledTexts = new Map<string, string>()

function compiled(text: string): string {
  const known = compiledTexts.get(text)
  if (known !== undefined) return known
  const { outputText } = transpileModule(text, {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  })
  compiledTexts.set(text, outputText)
  return outputText
}
