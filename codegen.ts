import type { CodegenConfig } from '@graphql-codegen/cli'
import { buildSchema, printSdl } from './src/graphql/schema.js'
import { builtInProviders } from './src/providers/registry.js'

/** Standard graphql-codegen: prints the SDL and the typed operations that the tests use. */
const config: CodegenConfig = {
  // Text, so that it does not matter which copy of graphql-js the schema was built with.
  schema: printSdl(buildSchema(builtInProviders.map(({ id }) => id))),
  documents: 'schema/operations/*.graphql',
  generates: {
    'schema/schema.graphql': {
      plugins: ['schema-ast'],
      config: { sort: true },
    },
    'test/generated/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: false,
        // The script `generate` copies the list to schema/persisted-operations.json, where the gateway reads it.
        persistedDocuments: { hashAlgorithm: 'sha256' },
      },
      config: {
        enumsAsTypes: true,
        immutableTypes: true,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          JSON: { input: 'never', output: 'unknown' },
        },
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
  importExtension: '.js',
}

export default config
