// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the notation of the configuration is what is tested
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineProvider } from '../model/provider.js'
import { baseUrlSetting, secretSetting } from '../model/settings.js'
import { builtInProviders, createRegistry } from '../providers/registry.js'
import { configJsonSchema } from './json-schema.js'
import { type Config, loadConfig } from './load-config.js'
import { formatProblem } from './problem.js'

const open = () => {
  throw new Error('the configuration opens nothing')
}

const registry = createRegistry([
  defineProvider({
    id: 'alpha',
    displayName: 'Alpha',
    settings: z.strictObject({
      baseUrl: baseUrlSetting.default('https://alpha.example.com'),
      credentials: z.strictObject({ apiKey: secretSetting }),
      pageSize: z.int().min(1).max(100).default(50),
      totals: z.boolean().default(false),
    }),
    open,
  }),
  defineProvider({
    id: 'beta',
    displayName: 'Beta',
    settings: z.strictObject({
      style: z.enum(['short', 'long']).default('short'),
      credentials: z
        .strictObject({ token: secretSetting.optional(), password: secretSetting.optional() })
        .transform(({ token, password }) => token ?? password),
    }),
    open,
  }),
])

const canary = 'canary-Xq7'

function load(text: string, env: Record<string, string> = {}) {
  return loadConfig({ text, env, registry })
}

function configOf(text: string, env?: Record<string, string>): Config {
  const loaded = load(text, env)
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.ok
}

function problemsOf(text: string, env?: Record<string, string>): readonly string[] {
  const loaded = load(text, env)
  if ('ok' in loaded) throw new Error('expected problems')
  return loaded.problems.map(formatProblem)
}

const source = `{ key: main, provider: alpha, credentials: { apiKey: ${canary} } }`

describe('a configuration', () => {
  it('has defaults for everything but its sources', () => {
    const config = configOf(`sources: [${source}]`)
    expect(config.server).toEqual({
      host: '127.0.0.1',
      port: 4000,
      allowedOrigins: [],
      allowedHosts: [],
      persistedOperations: 'off',
      overload: {},
      stop: { drainMs: 25_000 },
    })
    expect(config.telemetry).toEqual({ metrics: true })
    expect(config.cursorSecrets).toEqual([])
    const [first] = config.sources
    expect(first).toMatchObject({ key: 'main', providerId: 'alpha', displayName: 'main' })
    expect(first?.settings).toMatchObject({ baseUrl: 'https://alpha.example.com', pageSize: 50 })
    expect(Object.keys(first?.settings ?? {})).not.toContain('provider')
  })

  it('takes hosts as a URL writes them', () => {
    const config = configOf(`server: { allowedHosts: [Audit.Example.COM., "[::A]"] }\nsources: [${source}]`)
    expect(config.server.allowedHosts).toEqual(['audit.example.com', '[::a]'])
  })

  it('can be printed without showing a secret', () => {
    const config = configOf(`cursorSecret: ${canary}-0123456789\nsources: [${source}]`)
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toContain(canary)
  })

  it('takes one cursor secret or several, the first first', () => {
    const one = configOf(`cursorSecret: aaaaaaaaaaaaaaaa\nsources: [${source}]`)
    const two = configOf(`cursorSecret: [aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb]\nsources: [${source}]`)
    expect(one.cursorSecrets.map((secret) => secret.reveal()[0])).toEqual(['a'])
    expect(two.cursorSecrets.map((secret) => secret.reveal()[0])).toEqual(['a', 'b'])
  })

  it('takes limits by their names, and leaves the others to their defaults', () => {
    expect(configOf(`sources: [${source}]`).limits).toEqual({})
    expect(configOf(`limits: { readAheadRows: 0 }\nsources: [${source}]`).limits).toEqual({
      readAheadRows: 0,
    })
    const problems = problemsOf(`limits: { requestsPerPage: 9, pageSize: 3 }\nsources: [${source}]`)
    expect(problems.join('\n')).toMatch(/limits\.requestsPerPage[\s\S]*limits\.pageSize/)
  })

  it.each([
    ['tail', 'intervalMinMs: 2001, intervalMaxMs: 2000', 'intervalMinMs <= intervalMaxMs'],
    ['tail', 'intervalMinMs: 30001', 'intervalMinMs <= intervalMaxMs'],
    ['tail', 'intervalMaxMs: 1999', 'intervalMinMs <= intervalMaxMs'],
    ['upstream', 'concurrencyStart: 9', 'concurrencyStart <= concurrencyMax'],
    ['upstream', 'concurrencyStart: 4, concurrencyMax: 3', 'concurrencyStart <= concurrencyMax'],
    ['upstream', 'breakerPauseMs: 25001', 'breakerPauseMs <= breakerPauseMaxMs'],
    ['upstream', 'breakerPauseMs: 10000, breakerPauseMaxMs: 9999', 'breakerPauseMs <= breakerPauseMaxMs'],
  ])('refuses %s settings that contradict each other, or a default: %s', (block, given, expected) => {
    const problems = problemsOf(`${block}: { ${given} }\nsources: [${source}]`)
    expect(problems).toEqual([expect.stringMatching(`${block}: expected ${expected} \\(defaults?: `)])
  })

  it('takes settings that are equal, and a maximum alone, which bounds where it begins', () => {
    const { tail, upstream } = configOf(
      `tail: { intervalMinMs: 30000 }\nupstream: { concurrencyMax: 2, breakerPauseMs: 25000 }\nsources: [${source}]`,
    )
    expect([tail, upstream]).toEqual([
      { intervalMinMs: 30_000 },
      { concurrencyMax: 2, breakerPauseMs: 25_000 },
    ])
  })

  it('takes texts, parts of texts, numbers and booleans from the environment', () => {
    const config = configOf(
      [
        'server: { port: "${PORT}", host: "$${HOST}" }',
        'sources:',
        '  - key: main',
        '    provider: alpha',
        '    baseUrl: https://${REGION}.example.com/${REGION}',
        '    totals: ${TOTALS}',
        '    credentials: { apiKey: "${KEY}" }',
      ].join('\n'),
      { PORT: '0', REGION: 'eu', KEY: '$${raw}', TOTALS: 'true' },
    )
    expect(config.server).toMatchObject({ port: 0, host: '${HOST}' })
    expect(config.sources[0]?.settings).toMatchObject({ baseUrl: 'https://eu.example.com/eu', totals: true })
    const credentials = z.object({ apiKey: z.custom<{ reveal(): string }>() })
    const settings = z.object({ credentials }).parse(config.sources[0]?.settings)
    expect(settings.credentials.apiKey.reveal()).toBe('$${raw}')
  })
})

const urlExpected = 'expected an absolute URL, such as https://api.example.com'

describe('a problem', () => {
  it.each<[string, string, readonly string[]]>([
    ['an empty file', '', ['expected a mapping, found nothing']],
    ['no sources', '{}', ['sources: expected a list, found nothing']],
    [
      'an empty list of sources',
      'sources: []',
      ['line 1: sources: expected at least one source, found an empty list'],
    ],
    [
      'an unknown provider',
      'sources: [{ key: main, provider: gamma }]',
      ['line 1: sources[0].provider: expected one of alpha, beta, found "gamma"'],
    ],
    [
      'a missing provider',
      'sources: [{ key: main }]',
      ['line 1: sources[0].provider: expected one of alpha, beta, found nothing'],
    ],
    [
      'misspelt keys',
      `sever: {}\nsources:\n  - { key: main, provider: alpha, base_url: x, colour: red, credentials: { apikey: ${canary} } }`,
      [
        'line 1: sever: expected no such key; did you mean server?',
        'line 3: sources[0].credentials.apiKey: expected a text (in quotes, if it looks like a number)',
        'line 3: sources[0].credentials.apikey: expected no such key; did you mean apiKey?',
        'line 3: sources[0].base_url: expected no such key; did you mean baseUrl?',
        'line 3: sources[0].colour: expected no such key; known here: baseUrl, credentials, pageSize, totals, key, provider, displayName, settleMs',
      ],
    ],
    [
      'a secret where its name belongs',
      `sources: [{ key: main, provider: beta, credentials: { ${canary} } }]`,
      ['line 1: sources[0].credentials: expected no such key; known here: token, password'],
    ],
    [
      'wrong types',
      `server: { port: http, host: 1 }\ncursorSecret: short\nsources: [${source}, x]`,
      [
        'line 1: server.host: expected a text (in quotes, if it looks like a number), found 1',
        'line 1: server.port: expected a number, found "http"',
        'line 2: cursorSecret: expected at least 16 characters',
        'line 3: sources[1]: expected a mapping, found a text',
      ],
    ],
    [
      'wrong values',
      `server: { port: 70000, allowedOrigins: ["https://a.example/"], allowedHosts: ["a.example", "a.example:80"] }\ncursorSecret: [short]\nsources: [{ key: Main, provider: beta, style: wide, credentials: { token: "${canary} " } }]`,
      [
        'line 1: server.port: expected at most 65535, found 70000',
        'line 1: server.allowedOrigins[0]: expected an origin: scheme, host and port without a path, such as https://app.example.com, found "https://a.example/"',
        'line 1: server.allowedHosts[1]: expected a host name or an address without scheme, port and path, such as audit.example.com, found "a.example:80"',
        'line 2: cursorSecret[0]: expected at least 16 characters',
        'line 3: sources[0].style: expected one of short, long, found "wide"',
        'line 3: sources[0].credentials.token: expected 1 to 8192 visible ASCII characters without blanks',
        'line 3: sources[0].key: expected a lower-case letter, then up to 39 lower-case letters, digits, _ or -, found "Main"',
      ],
    ],
    [
      'a key twice',
      `sources: [${source}, ${source}]`,
      ['line 1: sources[1].key: expected a key that no other source has, found "main"'],
    ],
    [
      'credentials in a URL',
      `sources: [{ key: main, provider: alpha, baseUrl: "https://u:${canary}@x.example", credentials: { apiKey: k } }]`,
      [
        'line 1: sources[0].baseUrl: expected a URL without user name and password; put credentials under credentials, found "https://[hidden]@x.example"',
      ],
    ],
    [
      'a query in a URL',
      `sources: [{ key: main, provider: alpha, baseUrl: "https://x.example/?t=${canary}", credentials: { apiKey: k } }]`,
      [
        'line 1: sources[0].baseUrl: expected a URL without query and fragment, found "https://x.example/?[hidden]"',
      ],
    ],
    [
      'variables that are not set or not named',
      `cursorSecret: \${UNSET}\nsources: [{ key: main, provider: alpha, baseUrl: "\${", credentials: { apiKey: "\${toString}" } }]`,
      [
        'line 1: cursorSecret: expected the environment variable UNSET to be set',
        'line 2: sources[0].baseUrl: expected the name of an environment variable in ${NAME} ($${ stands for ${ itself)',
        'line 2: sources[0].credentials.apiKey: expected the environment variable toString to be set',
      ],
    ],
    [
      'values from the environment that do not fit',
      `server: { port: "\${KEY}" }\nsources: [{ key: "\${KEY}", provider: alpha, credentials: { apiKey: k } }]`,
      [
        'line 1: server.port: expected a number, found "${KEY}" (not shown)',
        'line 2: sources[0].key: expected a lower-case letter, then up to 39 lower-case letters, digits, _ or -, found "${KEY}" (not shown)',
      ],
    ],
    [
      'a file of another kind',
      `AITRONOS_TOKEN=${canary}\nASHBY_API_KEY=${canary}\n`,
      ['expected a mapping, found a text'],
    ],
    [
      'texts and numbers where mappings and lists belong',
      `server: ${canary}\ntelemetry: { traces: ${canary} }\nlimits: 8315\ntail: [${canary}]\nsources: ${canary}`,
      [
        'line 1: server: expected a mapping, found a text',
        'line 2: telemetry.traces: expected a mapping, found a text',
        'line 3: limits: expected a mapping, found a number',
        'line 4: tail: expected a mapping, found a list',
        'line 5: sources: expected a list, found a text',
      ],
    ],
    [
      'lines of another file among keys',
      `"TOKEN=${canary}": 1\nsources: [{ key: a, provider: beta, credentials: {}, TOKEN=${canary} }]`,
      [
        expect.stringMatching(/^line 1: \[hidden\]: expected no such key; known here: server, /),
        expect.stringMatching(/^line 2: sources\[0\]\[hidden\]: expected no such key; known here: style, /),
      ],
    ],
    [
      'texts that hold a secret and are no URL',
      [
        `server: { port: "token=${canary}" }`,
        'sources:',
        `  - { key: a, provider: alpha, baseUrl: "https://u:a/${canary}@x", credentials: { apiKey: k } }`,
        `  - { key: b, provider: alpha, baseUrl: "${canary}@x", credentials: { apiKey: k } }`,
        `  - { key: c, provider: alpha, baseUrl: "x?t=${canary}", credentials: { apiKey: k } }`,
      ].join('\n'),
      [
        'line 1: server.port: expected a number, found "token=[hidden]"',
        `line 3: sources[0].baseUrl: ${urlExpected}, found "https://[hidden]@x"`,
        `line 4: sources[1].baseUrl: ${urlExpected}, found "[hidden]@x"`,
        `line 5: sources[2].baseUrl: ${urlExpected}, found "x?[hidden]"`,
      ],
    ],
    [
      'a key of YAML twice',
      `sources: [${source}]\nsources: []`,
      ['line 2: sources: expected every key of a mapping only once'],
    ],
    [
      'keys within lists and mappings twice',
      `sources:\n  - key: main\n    provider: alpha\n    key: other\n    credentials: { ${canary}: 1, ${canary}: 2 }\n`,
      [
        'line 4: sources[0].key: expected every key of a mapping only once',
        'line 5: sources[0].credentials: expected every key of a mapping only once',
      ],
    ],
    [
      'broken YAML',
      `sources:\n  - key: "${canary}\n`,
      ['line 3: expected a character that is missing here, such as a closing quote or bracket'],
    ],
    ['an unknown tag', `sources: !x [${source}]`, ['line 1: expected valid YAML (TAG_RESOLVE_FAILED)']],
    [
      'an unknown alias',
      `server:\n  host: *${canary}`,
      ['line 2: expected an alias that is defined before it'],
    ],
    [
      'aliases that hold themselves',
      'sources: &a [*a]\nserver: &b\n  stop: { pauseMs: &c [*c, *b] }\nlimits: &a 1\ntail: *a',
      [
        'line 1: expected an alias that stands outside of what it names',
        'line 3: expected an alias that stands outside of what it names',
      ],
    ],
  ])('of %s is told in full, with its place, without secrets', (_, text, expected) => {
    const problems = problemsOf(text, { KEY: canary })
    expect(problems).toEqual(expected)
    expect(problems.join()).not.toContain(canary)
  })

  it('is none of an alias whose name is given anew within what it names', () => {
    const text = `server: &a { stop: &b { pauseMs: &a 5, drainMs: *a } }\nsources: [${source}]`
    expect(configOf(text).server.stop).toEqual({ pauseMs: 5, drainMs: 5 })
  })

  it('of aliases that multiply is one sentence', () => {
    const bomb = ['a: &a [x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de']) bomb.push(`${to}: &${to} [${`*${from},`.repeat(9)}]`)
    expect(problemsOf(bomb.join('\n'))).toEqual(['expected aliases that do not multiply the file'])
  })

  it('does not reach the prototype of objects', () => {
    expect(problemsOf(`__proto__: { polluted: true }\nsources: [${source}]`)).toHaveLength(1)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('the files in the repository', () => {
  const root = new URL('../../', import.meta.url)
  const builtIn = createRegistry(builtInProviders)

  it('auditgraph.example.yaml loads, and has a source of every provider', () => {
    const text = readFileSync(new URL('auditgraph.example.yaml', root), 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\/config\.schema\.json\n/)
    const env = {
      AUDITGRAPH_CURSOR_SECRET: 'a-secret-of-this-test',
      AITRONOS_TOKEN: 'a',
      FREDDY_API_KEY: 'b',
      JITSUDO_API_KEY: 'c',
      ASHBY_API_KEY: 'd',
    }
    const loaded = loadConfig({ text, env, registry: builtIn })
    expect('problems' in loaded ? loaded.problems.map(formatProblem) : []).toEqual([])
    expect('ok' in loaded && loaded.ok.sources.map(({ providerId }) => providerId)).toEqual(builtIn.ids)
  })

  it('schema/config.schema.json is what the registry makes (vitest -u writes it)', async () => {
    const text = `${JSON.stringify(configJsonSchema(builtIn), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../schema/config.schema.json')
  })
})
