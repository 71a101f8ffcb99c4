import { type GraphQLLeafType, type GraphQLResolveInfo, getArgumentValues } from 'graphql'
import type { FieldPlan, ObjectPlan, PlannedOperation, ValuePlan } from './plan.js'

type Path = GraphQLResolveInfo['path']

/** What resolvers of one operation get, beside their own arguments. */
export interface Surroundings extends PlannedOperation {
  readonly context: unknown
  readonly rootValue: unknown
  readonly signal?: AbortSignal | undefined
}

/** Called with what each field of the root resolved to, so that nobody needs to resolve it again. */
export type NoteRoot = (key: string, resolved: unknown) => void

type Data = Record<string, unknown>

/** One for all fields that take none: an answer has thousands of them. */
const noArguments = Object.freeze({})

/**
 * Runs a planned query. The data that it gives is what GraphQL's ExecuteQuery gives, and it gives only whole answers:
 * it throws, or rejects, as soon as anything in the answer would be an error, such as a resolver that failed, a null
 * where none may be or a value that cannot be serialized. Who calls it lets graphql-js tell that error. Synchronous
 * when all resolvers are.
 */
export function runPlan(
  plan: ObjectPlan,
  surroundings: Surroundings,
  noteRoot: NoteRoot,
): Data | Promise<Data> {
  return new Run(surroundings).root(plan, noteRoot)
}

class Run {
  readonly #surroundings: Surroundings
  /** Promises whose values are not in the answer yet. */
  #waiting = 0
  #settle: ((failure: { readonly cause: unknown } | null) => void) | undefined

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  root(plan: ObjectPlan, noteRoot: NoteRoot): Data | Promise<Data> {
    const data: Data = {}
    for (const field of plan.fields) {
      const path = { prev: undefined, key: field.key, typename: plan.type.name }
      const resolved = this.#resolve(field, this.#surroundings.rootValue, path)
      noteRoot(field.key, resolved)
      this.#put(data, field.key, resolved, field, path)
    }
    if (this.#waiting === 0) return data
    return new Promise((resolve, reject) => {
      // By a name of its own: V8 puts a function literal that is assigned to a property straight into the old generation,
      // and all of the operation would stay with it until the next full collection.
      const settle = (failure: { readonly cause: unknown } | null) =>
        failure ? reject(failure.cause) : resolve(data)
      this.#settle = settle
    })
  }

  #object(plan: ObjectPlan, source: unknown, before: Path): Data {
    const data: Data = {}
    for (const field of plan.fields) {
      const { key } = field
      const path = field.needsPath ? { prev: before, key, typename: plan.type.name } : before
      const resolved = this.#resolve(field, source, path)
      // Most fields of most answers end here, where nothing needs to be looked at but the type.
      if (typeof resolved === field.plain) data[key] = resolved
      else this.#put(data, key, resolved, field, path)
    }
    return data
  }

  #resolve(field: FieldPlan, source: unknown, path: Path): unknown {
    if (field.resolve === null) {
      return field.value.kind === 'typename' ? field.value.name : propertyOf(source, field.field.name)
    }
    const { variableValues, context } = this.#surroundings
    const args =
      field.field.args.length === 0
        ? noArguments
        : getArgumentValues(field.field, field.nodes[0], variableValues)
    const info = field.takesInfo ? this.#info(field, path) : (undefined as unknown as GraphQLResolveInfo)
    return field.resolve(source, args, context, info)
  }

  /** Completes a value into its place, at once or when its promise is fulfilled. The place keeps the order of keys. */
  #put(
    place: Data | unknown[],
    key: string | number,
    resolved: unknown,
    field: FieldPlan,
    path: Path,
    value: ValuePlan = field.value,
  ): void {
    const target = place as Record<string | number, unknown>
    if (!isThenable(resolved)) {
      target[key] = this.#complete(resolved, value, field, path)
      return
    }
    target[key] = undefined
    this.#waiting += 1
    resolved.then(
      (fulfilled) => this.#fulfil(() => (target[key] = this.#complete(fulfilled, value, field, path))),
      (cause: unknown) => this.#settle?.({ cause }),
    )
  }

  #fulfil(complete: () => void): void {
    try {
      complete()
    } catch (cause) {
      this.#settle?.({ cause })
      return
    }
    this.#waiting -= 1
    if (this.#waiting === 0) this.#settle?.(null)
  }

  #complete(resolved: unknown, plan: ValuePlan, field: FieldPlan, path: Path): unknown {
    switch (plan.kind) {
      case 'nonNull': {
        const value = this.#complete(resolved, plan.of, field, path)
        if (value === null) throw new Error('null where none may be')
        return value
      }
      case 'typename':
        return plan.name
      case 'leaf':
        return typeof resolved === plan.plain ? resolved : serialize(resolved, plan.type)
      case 'list':
        return this.#list(resolved, plan.of, field, path)
      case 'object':
        return isAbsent(resolved) ? null : this.#object(plan.plan, resolved, path)
      case 'abstract': {
        if (isAbsent(resolved)) return null
        const name = plan.type.resolveType?.(
          resolved,
          this.#surroundings.context,
          this.#info(field, path),
          plan.type,
        )
        const object = typeof name === 'string' ? plan.plans.get(name) : undefined
        if (!object) throw new Error('a type that is not known at once')
        return this.#object(object, resolved, path)
      }
    }
  }

  #list(resolved: unknown, of: ValuePlan, field: FieldPlan, path: Path): unknown[] | null {
    if (isAbsent(resolved)) return null
    if (!Array.isArray(resolved)) throw new Error('a list that is no array')
    const items: unknown[] = new Array(resolved.length)
    for (let index = 0; index < resolved.length; index += 1) {
      const at = field.needsPath ? { prev: path, key: index, typename: undefined } : path
      this.#put(items, index, resolved[index], field, at, of)
    }
    return items
  }

  #info(field: FieldPlan, path: Path): GraphQLResolveInfo {
    const { schema, fragments, rootValue, operation, variableValues, signal } = this.#surroundings
    return {
      fieldName: field.field.name,
      fieldNodes: field.nodes,
      returnType: field.field.type,
      parentType: field.parentType,
      path,
      schema,
      fragments,
      rootValue,
      operation,
      variableValues: variableValues as { [variable: string]: unknown },
      ...({ signal } as object),
    }
  }
}

/** A property as graphql-js takes it by default; a function in its place is left to graphql-js. */
function propertyOf(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null) throw new Error('a property of no object')
  const value = (source as Record<string, unknown>)[name]
  if (typeof value === 'function') throw new Error('a property that is a function')
  return value
}

/** null or undefined. Throws what a resolver has returned in place of throwing it. */
function isAbsent(value: unknown): value is null | undefined {
  if (value instanceof Error) throw value
  return value === null || value === undefined
}

function serialize(value: unknown, type: GraphQLLeafType): unknown {
  if (isAbsent(value)) return null
  const serialized: unknown = type.serialize(value)
  if (serialized === null || serialized === undefined) throw new Error('a leaf that serializes to nothing')
  return serialized
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
