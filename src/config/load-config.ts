import type { z } from 'zod'
import type { Secret } from '../model/secret.js'
import type { Registry } from '../providers/registry.js'
import { describeIssue } from './describe-issue.js'
import {
  type Environment,
  pathKey,
  readScalar,
  type Substituted,
  substituteEnvironment,
} from './environment.js'
import { parseYaml } from './parse-yaml.js'
import {
  type ConfigPath,
  type ConfigProblem,
  describeKind,
  describeValue,
  formatPath,
  isSecretPath,
} from './problem.js'
import { configSchema } from './schema.js'
import type { upstreamSettings } from './upstream-settings.js'

export interface SourceConfig {
  readonly key: string
  readonly providerId: string
  /** The key where the file gives none. */
  readonly displayName: string
  /** How long after its time an entry may still appear, in ms. */
  readonly settleMs: number
  /** What the provider's settings gave, to be handed to its `open`. */
  readonly settings: Readonly<Record<string, unknown>>
}

interface ServerConfig {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly allowedOrigins: readonly string[]
  /** As `URL` writes host names. */
  readonly allowedHosts: readonly string[]
  readonly persistedOperations: 'off' | 'allow' | 'only'
  /** What is left out has the defaults of src/server/overload.ts. */
  readonly overload: {
    readonly operationsMax?: number
    readonly eventLoopDelayMaxMs?: number
    readonly heapUsedMax?: number
  }
  readonly stop: {
    /** Left out: as long as something that watches /readyz needs. */
    readonly pauseMs?: number
    readonly drainMs: number
  }
}

/** What is told of the gateway at work. */
interface TelemetryConfig {
  readonly metrics: boolean
  readonly traces?: TracesConfig
}

export interface TracesConfig {
  readonly endpoint: string
  readonly sampleRatio: number
  readonly sendUpstream: boolean
}

/** Limits that the file sets; the others keep their defaults. */
interface LimitsConfig {
  readonly deadlineMs?: number
  readonly requestsPerPage?: number
  readonly scannedPerPage?: number
  readonly partsPerSource?: number
  readonly cursorLifetimeMs?: number
  readonly readAheadRows?: number
  readonly readAheadMs?: number
  readonly reportKeysMax?: number
}

/** Limits of the upstream layer that the file sets: src/upstream/limits.ts has all of them. */
type UpstreamConfig = {
  readonly [Name in keyof z.output<typeof upstreamSettings>]?: number
}

/** A checked configuration. Credentials are Secrets: it can be printed. */
export interface Config {
  readonly server: ServerConfig
  readonly telemetry: TelemetryConfig
  /** The first signs, all verify; empty when the file names none. */
  readonly cursorSecrets: readonly Secret[]
  readonly limits: LimitsConfig
  readonly upstream: UpstreamConfig
  readonly tail: TailConfig
  /** In the order of the file; at least one. */
  readonly sources: readonly SourceConfig[]
}

/** What the file sets of the live tail: src/config/tail-settings.ts. */
interface TailConfig {
  readonly intervalMinMs?: number
  readonly intervalMaxMs?: number
  readonly heartbeatMs?: number
  readonly subscribersMax?: number
  readonly bufferedMax?: number
  readonly marksMax?: number
}

/**
 * Reads a configuration: YAML, then environment variables, then the schema that the registry's providers make up.
 *
 * Gives every problem at once, each with its path, line, what stands there and what is expected. No problem shows
 * anything secret: neither what stands under credentials or in `cursorSecret`, nor what came from the environment.
 * Pure; never throws.
 */
export function loadConfig(options: {
  readonly text: string
  readonly env: Environment
  readonly registry: Registry
}): { readonly ok: Config } | { readonly problems: readonly ConfigProblem[] } {
  const parsed = parseYaml(options.text)
  if ('problems' in parsed) return parsed
  const substituted = substituteEnvironment(parsed.ok.value, options.env)
  const { value, config, problems } = check(substituted, configSchema(options.registry))
  const unset = new Set(substituted.problems.map(({ path }) => pathKey(path)))
  const all = [
    ...substituted.problems.map(({ path, expected }) => problemAt(path, expected, undefined)),
    ...problems
      .filter(({ path }) => !unset.has(pathKey(path)))
      .map(({ path, expected, show }) =>
        problemAt(
          path,
          expected,
          show === 'nothing' ? undefined : shownValue(value, path, substituted, show),
        ),
      ),
    ...duplicateKeys(value).map((path) =>
      problemAt(path, 'a key that no other source has', shownValue(value, path, substituted, 'value')),
    ),
  ]
  if (all.length > 0 || !config) return { problems: all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
  return { ok: config }

  function problemAt(path: ConfigPath, expected: string, shown: string | undefined): ConfigProblem {
    const line = parsedLine(path)
    return {
      path: formatPath(path),
      ...(line !== undefined && { line }),
      ...(shown !== undefined && { value: shown }),
      expected,
    }
  }

  function parsedLine(path: ConfigPath): number | undefined {
    return 'ok' in parsed ? parsed.ok.lineOf(path) : undefined
  }
}

interface Checked {
  readonly value: unknown
  readonly config: Config | undefined
  readonly problems: ReturnType<typeof describeIssue>
}

/** Checks a value; texts from the environment are read as the numbers and booleans that are expected, then again. */
function check(substituted: Substituted, schema: ReturnType<typeof configSchema>): Checked {
  let { value } = substituted
  let result = schema.safeParse(value)
  for (const issue of result.error?.issues ?? []) {
    const text = valueAt(value, issue.path)
    if (issue.code !== 'invalid_type' || typeof text !== 'string') continue
    if (!substituted.templates.has(pathKey(issue.path))) continue
    const scalar = readScalar(text, issue.expected)
    if (scalar !== undefined) value = withValueAt(value, issue.path, scalar)
  }
  if (value !== substituted.value) result = schema.safeParse(value)
  return result.success
    ? { value, config: toConfig(result.data), problems: [] }
    : {
        value,
        config: undefined,
        problems: result.error.issues.flatMap((issue) => describeIssue(issue, schema, value)),
      }
}

function toConfig(data: z.output<ReturnType<typeof configSchema>>): Config {
  return {
    server: {
      ...data.server,
      overload: withoutUndefined(data.server.overload),
      stop: withoutUndefined(data.server.stop),
    },
    telemetry: withoutUndefined(data.telemetry),
    cursorSecrets: data.cursorSecret ?? [],
    limits: withoutUndefined(data.limits),
    upstream: withoutUndefined(data.upstream),
    tail: withoutUndefined(data.tail),
    sources: data.sources.map(({ key, provider, displayName, settleMs, ...settings }) => ({
      key,
      providerId: provider,
      displayName: displayName ?? key,
      settleMs,
      settings,
    })),
  }
}

/** What is given, so that it can be laid over defaults. */
function withoutUndefined<Values extends object>(
  values: Values,
): { [Name in keyof Values]: Exclude<Values[Name], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  // Names and values are those of the object above, without those that are undefined.
  return Object.fromEntries(given) as { [Name in keyof Values]: Exclude<Values[Name], undefined> }
}

/** Paths of the source keys that an earlier source has already. */
function duplicateKeys(value: unknown): readonly ConfigPath[] {
  const sources = valueAt(value, ['sources'])
  if (!Array.isArray(sources)) return []
  const keys = sources.map((source: unknown) => valueAt(source, ['key']))
  return keys.flatMap((key, index) =>
    typeof key === 'string' && keys.indexOf(key) < index ? [['sources', index, 'key']] : [],
  )
}

function shownValue(
  value: unknown,
  path: ConfigPath,
  { templates }: Substituted,
  show: 'value' | 'kind',
): string | undefined {
  if (isSecretPath(path)) return undefined
  if (show === 'kind') return describeKind(valueAt(value, path))
  const template = templates.get(pathKey(path))
  return template === undefined
    ? describeValue(valueAt(value, path))
    : `${describeValue(template)} (not shown)`
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (node, step) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, step)
        ? (node as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  )
}

/** A copy of a value with what stands at a path replaced. */
function withValueAt(value: unknown, path: ConfigPath, scalar: number | boolean): unknown {
  const [step, ...rest] = path
  if (step === undefined) return scalar
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? withValueAt(item, rest, scalar) : item))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === step ? withValueAt(item, rest, scalar) : item,
    ]),
  )
}
