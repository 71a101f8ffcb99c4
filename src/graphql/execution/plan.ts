import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLBoolean,
  type GraphQLField,
  GraphQLID,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
  type GraphQLUnionType,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'

/** An object type with the fields that an operation selects of it, in the order of the answer. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType
  readonly fields: readonly FieldPlan[]
}

export interface FieldPlan {
  /** Name in the answer. */
  readonly key: string
  readonly field: GraphQLField<unknown, unknown>
  readonly parentType: GraphQLObjectType
  /** All nodes of the document that select it under this name. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]]
  /** null: the value is the property of the field's name, as graphql-js takes it without a resolver. */
  readonly resolve: NonNullable<GraphQLField<unknown, unknown>['resolve']> | null
  /** Whether the resolver can look at its fourth argument. */
  readonly takesInfo: boolean
  /** Whether anything in or below the field may ask where in the answer it stands. */
  readonly needsPath: boolean
  readonly value: ValuePlan
  /** The JavaScript type whose values stand in the answer as they are; null when each needs to be looked at. */
  readonly plain: 'string' | 'boolean' | null
}

/** How a resolved value becomes a part of the answer. */
export type ValuePlan =
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'nonNull'; readonly of: ValuePlan }
  | { readonly kind: 'list'; readonly of: ValuePlan }
  | { readonly kind: 'object'; readonly plan: ObjectPlan }
  | {
      readonly kind: 'abstract'
      readonly type: GraphQLInterfaceType | GraphQLUnionType
      /** Plans of the possible types by their names. */
      readonly plans: ReadonlyMap<string, ObjectPlan>
    }
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType; readonly plain: 'string' | 'boolean' | null }

/** What an operation is, as the specification's ExecuteQuery takes it; variables are coerced. */
export interface PlannedOperation {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variableValues: Readonly<Record<string, unknown>>
}

/**
 * Plans a query: what is selected of which type, with fragments merged and `@skip` and `@include` decided (GraphQL,
 * sections 6.3.2 and 6.3.3). Gives null for an operation that the plan has no words for: introspection, a type that
 * asks `isTypeOf`, `__proto__` as a name in the answer. The document has been validated.
 */
export function planQuery(planned: PlannedOperation): ObjectPlan | null {
  const type = planned.schema.getQueryType()
  if (!type) return null
  try {
    return new Planner(planned).object(type, [planned.operation.selectionSet])
  } catch (error) {
    if (error === unplanned) return null
    throw error
  }
}

/** Thrown where an operation has no plan. */
const unplanned = new Error('an operation without a plan')

class Planner {
  readonly #planned: PlannedOperation

  constructor(planned: PlannedOperation) {
    this.#planned = planned
  }

  object(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): ObjectPlan {
    if (type.isTypeOf) throw unplanned
    const selected = new Map<string, [FieldNode, ...FieldNode[]]>()
    const seen = new Set<string>()
    for (const { selections: nodes } of selections) this.#collect(type, nodes, selected, seen)
    return { type, fields: [...selected].map(([key, nodes]) => this.#field(type, key, nodes)) }
  }

  #field(parentType: GraphQLObjectType, key: string, nodes: FieldPlan['nodes']): FieldPlan {
    const name = nodes[0].name.value
    const field = parentType.getFields()[name]
    if (key === '__proto__') throw unplanned
    if (name === '__typename') return this.#typename(parentType, key, nodes)
    if (!field) throw unplanned
    const resolve = field.resolve ?? null
    const value = this.#value(field.type, nodes)
    const needsInfo = resolve !== null && takesInfo(resolve)
    const needsPath = needsInfo || asksForPath(value)
    return {
      key,
      field,
      parentType,
      nodes,
      resolve,
      takesInfo: needsInfo,
      needsPath,
      value,
      plain: plainOfValue(value),
    }
  }

  /** Stands for no field of the type: its value is known. */
  #typename(parentType: GraphQLObjectType, key: string, nodes: FieldPlan['nodes']): FieldPlan {
    const [field] = Object.values(parentType.getFields())
    if (!field) throw unplanned
    const value: ValuePlan = { kind: 'typename', name: parentType.name }
    return {
      key,
      field,
      parentType,
      nodes,
      resolve: null,
      takesInfo: false,
      needsPath: false,
      value,
      plain: null,
    }
  }

  #value(type: GraphQLOutputType, nodes: readonly FieldNode[]): ValuePlan {
    if (isNonNullType(type)) return { kind: 'nonNull', of: this.#value(type.ofType, nodes) }
    if (isListType(type)) return { kind: 'list', of: this.#value(type.ofType, nodes) }
    if (isLeafType(type)) return { kind: 'leaf', type, plain: plainOf(type) }
    const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    if (isObjectType(type)) return { kind: 'object', plan: this.object(type, selections) }
    const possible = this.#planned.schema.getPossibleTypes(type)
    return {
      kind: 'abstract',
      type,
      plans: new Map(possible.map((object) => [object.name, this.object(object, selections)])),
    }
  }

  /** CollectFields, section 6.3.2. */
  #collect(
    type: GraphQLObjectType,
    nodes: readonly SelectionNode[],
    selected: Map<string, [FieldNode, ...FieldNode[]]>,
    seen: Set<string>,
  ): void {
    for (const node of nodes) {
      if (!this.#isIncluded(node)) continue
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value
        const known = selected.get(key)
        if (known) known.push(node)
        else selected.set(key, [node])
        continue
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.#spread(node.name.value, seen) : node
      if (fragment && this.#applies(fragment, type)) {
        this.#collect(type, fragment.selectionSet.selections, selected, seen)
      }
    }
  }

  /** The fragment of a name, the first time that it is spread in a selection. */
  #spread(name: string, seen: Set<string>): FragmentDefinitionNode | undefined {
    if (seen.has(name)) return undefined
    seen.add(name)
    return this.#planned.fragments[name]
  }

  #isIncluded(node: SelectionNode): boolean {
    if (!node.directives?.length) return true
    const { variableValues } = this.#planned
    if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] === true) return false
    return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false
  }

  #applies(
    { typeCondition }: Pick<InlineFragmentNode | FragmentDefinitionNode, 'typeCondition'>,
    type: GraphQLObjectType,
  ): boolean {
    if (!typeCondition) return true
    const condition = typeFromAST(this.#planned.schema, typeCondition)
    return (
      condition === type || (isAbstractType(condition) && this.#planned.schema.isSubType(condition, type))
    )
  }
}

function asksForPath(value: ValuePlan): boolean {
  if (value.kind === 'nonNull' || value.kind === 'list') return asksForPath(value.of)
  if (value.kind === 'object') return value.plan.fields.some(({ needsPath }) => needsPath)
  return value.kind === 'abstract'
}

/** A function that names one to three parameters sees no fourth; one that names none may take them as a list. */
function takesInfo({ length }: { readonly length: number }): boolean {
  return length === 0 || length > 3
}

function plainOfValue(value: ValuePlan): FieldPlan['plain'] {
  if (value.kind === 'nonNull') return plainOfValue(value.of)
  return value.kind === 'leaf' ? value.plain : null
}

/** The leaf types whose serialization leaves a value of that JavaScript type as it is. */
function plainOf(type: GraphQLLeafType): 'string' | 'boolean' | null {
  if (type === GraphQLString || type === GraphQLID) return 'string'
  return type === GraphQLBoolean ? 'boolean' : null
}
