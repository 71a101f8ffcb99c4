import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import type { SeededRandom } from '../../src/simulation/random.js'

/** A document with the variables that it is sent with. */
export interface DrawnDocument {
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Values of arguments that may be drawn, by name, as the document writes them; others are left out. */
export type ArgumentValues = Readonly<Record<string, readonly string[]>>

/**
 * Draws a query over a schema: fields, aliases, `__typename`, fragments of both kinds, and `@skip` and `@include` by
 * literals and by the variables `$yes`, `$no` and `$unsaid`. It may select nothing that all is skipped of.
 */
export function drawDocument(
  schema: GraphQLSchema,
  random: SeededRandom,
  values: ArgumentValues,
): DrawnDocument {
  const drawing = new Drawing(schema, random, values)
  const query = schema.getQueryType()
  if (!query) throw new Error('A schema without queries.')
  const selection = drawing.selection(query, 0)
  const operation = `query Drawn($yes: Boolean!, $no: Boolean!, $unsaid: Boolean = true) ${selection}`
  return { text: [operation, ...drawing.fragments].join('\n'), variables: { yes: true, no: false } }
}

class Drawing {
  readonly fragments: string[] = []
  readonly #schema: GraphQLSchema
  readonly #random: SeededRandom
  readonly #values: ArgumentValues
  #aliases = 0

  constructor(schema: GraphQLSchema, random: SeededRandom, values: ArgumentValues) {
    this.#schema = schema
    this.#random = random
    this.#values = values
  }

  selection(type: GraphQLCompositeType, depth: number): string {
    const random = this.#random
    const parts: string[] = []
    const count = random.integer(1, depth === 0 ? 3 : 5)
    for (let index = 0; index < count; index += 1) {
      const draw = random.next()
      if (draw < 0.08) parts.push(`__typename${this.#directives()}`)
      else if (draw < 0.16 && depth < 9) parts.push(this.#inline(type, depth))
      else if (draw < 0.22 && depth < 9) parts.push(this.#spread(type, depth))
      else parts.push(this.#field(type, depth))
    }
    return `{ ${parts.join(' ')} }`
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : []
    const able = fields.filter((field) => this.#canDraw(field) && (depth < 7 || !isComposite(field)))
    if (able.length === 0) return '__typename'
    const field = this.#random.pick(able)
    const named = getNamedType(field.type)
    const below = isCompositeType(named) ? ` ${this.selection(named, depth + 1)}` : ''
    const args = this.#arguments(field.args)
    const alias = args !== '' || this.#random.chance(0.2) ? `a${this.#aliases++}: ` : ''
    return `${alias}${field.name}${args}${this.#directives()}${below}`
  }

  #canDraw({ args }: GraphQLField<unknown, unknown>): boolean {
    return args.every((arg) => !isRequiredArgument(arg) || this.#values[arg.name] !== undefined)
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((arg) => {
      const values = this.#values[arg.name]
      if (!values || !(isRequiredArgument(arg) || this.#random.chance(0.5))) return []
      return [`${arg.name}: ${this.#random.pick(values)}`]
    })
    return given.length === 0 ? '' : `(${given.join(', ')})`
  }

  #inline(type: GraphQLCompositeType, depth: number): string {
    const on = this.#condition(type)
    return `...${on ? ` on ${on.name}` : ''}${this.#directives()} ${this.selection(on ?? type, depth + 1)}`
  }

  #spread(type: GraphQLCompositeType, depth: number): string {
    const on = this.#condition(type) ?? type
    const selection = this.selection(on, depth + 1)
    const name = `F${this.fragments.length}`
    this.fragments.push(`fragment ${name} on ${on.name} ${selection}`)
    return `...${name}${this.#directives()}${this.#random.chance(0.3) ? ` ...${name}` : ''}`
  }

  /** The type itself, one that it may be, one that it implements, or none. */
  #condition(type: GraphQLCompositeType): GraphQLCompositeType | undefined {
    const narrower = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
    const wider = isObjectType(type) ? type.getInterfaces() : []
    return this.#random.pick([undefined, type, ...narrower, ...wider])
  }

  #directives(): string {
    if (this.#random.chance(0.85)) return ''
    const condition = this.#random.pick(['true', 'false', '$yes', '$no', '$unsaid'])
    return ` @${this.#random.pick(['skip', 'include'])}(if: ${condition})`
  }
}

function isComposite({ type }: GraphQLField<unknown, unknown>): boolean {
  return isCompositeType(getNamedType(type))
}
