import type { Plugin } from 'vitest/config'

/**
 * Puts the artifact that relay-compiler made of a document in the place of its `graphql` tag: what babel-plugin-relay
 * does in an application. Only for files of this folder, whose artifacts are in test/generated/relay.
 */
export const relayTags: Plugin = {
  name: 'relay-tags',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/test\/support\/relay-[a-z]+\.ts$/.test(id)) return undefined
    const names: string[] = []
    const body = code.replace(/graphql`\s*(?:query|fragment)\s+(\w+)[^`]*`/g, (tag: string, name: string) => {
      names.push(name)
      // The lines stay, so that stack traces are right.
      return `${name}Artifact/*${tag.replace(/[^\n]/g, '')}*/`
    })
    if (names.length === 0) return undefined
    const imports = names.map(
      (name) => `import ${name}Artifact from '../generated/relay/${name}.graphql.js';`,
    )
    return { code: `${imports.join('')}${body}`, map: null }
  },
}
