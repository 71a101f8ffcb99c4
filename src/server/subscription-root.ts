import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import { type ClientError, documentRefused } from '../graphql/errors.js'

/**
 * Refuses `@skip` and `@include` at the root of a subscription, through fragments, too: GraphQL of September 2025,
 * section 5.2.4.1. graphql-js 16 validates such a document, and subscribing then fails where no field is left; it even
 * throws when the condition is a variable. To be asked before it validates. Fragments that are not defined are left to it.
 */
export function subscriptionRootErrors(document: DocumentNode): readonly ClientError[] {
  const directives = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION
      ? conditionsAtRoot(definition.selectionSet, document)
      : [],
  )
  return directives.map((directive) => {
    const name = directive.name.value
    const message = `\`@${name}\` must not stand at the root of a subscription, which must have exactly one field. Leave it out there; it may stand on fields within \`entry\`.`
    return documentRefused('GRAPHQL_VALIDATION_FAILED', { message, nodes: [directive] })
  })
}

function conditionsAtRoot(root: SelectionSetNode, document: DocumentNode): readonly DirectiveNode[] {
  const found = new Set<DirectiveNode>()
  const spread = new Set<FragmentDefinitionNode>()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      for (const directive of selection.directives ?? []) {
        if (['skip', 'include'].includes(directive.name.value)) found.add(directive)
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue
      const fragment = document.definitions.find(
        (definition): definition is FragmentDefinitionNode =>
          definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      )
      if (!fragment || spread.has(fragment)) continue
      spread.add(fragment)
      collect(fragment.selectionSet)
    }
  }
  collect(root)
  return [...found]
}
