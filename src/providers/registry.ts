import type { Dialect, Provider } from '../model/provider.js'
import { aitronos } from './aitronos/index.js'
import { ashby } from './ashby/index.js'
import { dialectProblems, providerProblems } from './declarations.js'
import { freddy } from './freddy/index.js'
import { jitsudo } from './jitsudo/index.js'

/** The providers that come with Auditgraph. A new one is a folder and a line here. */
export const builtInProviders: readonly Provider[] = [
  aitronos, //
  freddy,
  jitsudo,
  ashby,
]

/** The providers that one gateway knows. Configuration, its JSON Schema and the GraphQL enum derive from it. */
export interface Registry {
  /** In the order of registration. */
  readonly providers: readonly Provider[]
  readonly ids: readonly string[]
  get(id: string): Provider | undefined
}

/** Makes a registry of at least one provider. Throws one error that names everything wrong with the declarations. */
export function createRegistry(providers: readonly Provider[]): Registry {
  const problems = providers.length === 0 ? ['Expected at least one provider.'] : providerProblems(providers)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  return { providers, ids: [...byId.keys()], get: (id) => byId.get(id) }
}

/**
 * Opens a provider for one source with checked settings. Throws one error that names everything wrong with what the
 * dialect declares about itself: a bug of the provider's folder, found at start.
 */
export function openDialect(provider: Provider, settings: unknown): Dialect {
  const dialect = provider.open(settings)
  const problems = dialectProblems(dialect)
  if (problems.length > 0) {
    throw new Error(problems.map((problem) => `Provider ${provider.id}: ${problem}`).join('\n'))
  }
  return dialect
}
