import { z } from 'zod'
import type { Registry } from '../providers/registry.js'
import { configSchema } from './schema.js'

type JsonSchema = { [key: string]: unknown }

/** A text that takes something from the environment; nobody can say beforehand what it will be. */
const fromEnvironment = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' }

const scalarTypes: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean'])

/**
 * JSON Schema (draft 2020-12) of the configuration file, for editors: what may be written, before defaults and
 * environment variables. Where a text must have a form, or something else than a text is expected, `${NAME}` is
 * allowed too. What only code can check (such as keys that are unique) is not in it.
 */
export function configJsonSchema(registry: Registry): object {
  const schema = z.toJSONSchema(configSchema(registry), { io: 'input' }) as JsonSchema
  return { ...(allowTemplates(schema) as JsonSchema), title: 'Auditgraph configuration' }
}

function allowTemplates(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(allowTemplates)
  if (typeof node !== 'object' || node === null) return node
  const schema = node as JsonSchema
  if (scalarTypes.has(schema['type'])) return 'const' in schema ? schema : orTemplate(schema)
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === 'properties'
        ? mapValues(value, allowTemplates)
        : nested.has(name)
          ? allowTemplates(value)
          : value,
    ]),
  )
}

/** Keywords whose value is a schema or a list of schemas. */
const nested: ReadonlySet<string> = new Set(['items', 'anyOf', 'oneOf', 'allOf'])

function orTemplate({ description, default: preset, ...rest }: JsonSchema): JsonSchema {
  const outer = {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
  }
  return takesTemplates(rest) ? { ...outer, ...rest } : { ...outer, anyOf: [rest, fromEnvironment] }
}

/** Whether a schema of a scalar accepts every `${NAME}` as it is; the shortest is `${A}`. */
function takesTemplates(schema: JsonSchema): boolean {
  if (schema['type'] !== 'string') return false
  if ('pattern' in schema || 'enum' in schema || 'format' in schema) return false
  return !(typeof schema['minLength'] === 'number' && schema['minLength'] > 4)
}

function mapValues(value: unknown, change: (item: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]))
}
