import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Those that run: none outlives this process. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A process that serves on a port of loopback. */
export interface Served {
  readonly url: string
  readonly pid: number
  /** From the start of the process to the line that says where it listens. */
  readonly startMs: number
  stop(): Promise<void>
}

/**
 * Starts `node` with arguments and waits for the line that ends in `listening on URL`. `quiet` drops what it writes to
 * standard error, which for the gateway is a log line for each operation.
 */
export async function startNode(
  args: readonly string[],
  errors: 'shown' | 'quiet' = 'shown',
): Promise<Served> {
  const beginMs = performance.now()
  const stderr = errors === 'quiet' ? 'ignore' : 'inherit'
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', stderr] })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const url = await listeningLine(child)
  const startMs = performance.now() - beginMs
  child.stdout.resume()
  return { url, pid: child.pid ?? 0, startMs, stop: () => stop(child) }
}

async function listeningLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('A child without standard output.')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^(?:auditgraph )?listening on (http:\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('A child ended before it listened.')
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** Processor time that a process has used, in ms; null where /proc does not tell. */
export function processorMs(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // utime and stime in ticks of 10 ms: proc(5), fields 14 and 15.
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return null
  }
}

/** Resident memory of a process in MiB: now, and its peak so far; null where /proc does not tell. */
export function memoryMib(pid: number): { readonly now: number; readonly peak: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
    return { now: read('VmRSS'), peak: read('VmHWM') }
  } catch {
    return null
  }
}
