import { readFileSync } from 'node:fs'
import { isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { buildSchema, printSdl } from '../src/graphql/schema.js'
import { builtInProviders } from '../src/providers/registry.js'

const schema = buildSchema(builtInProviders.map(({ id }) => id))

describe('schema/schema.graphql', () => {
  it('is the schema of the code; run `npm run generate` and read the difference as a change of the API', () => {
    const printed = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8')
    expect(printed.trim()).toBe(printSdl(schema).trim())
  })
})

describe('the schema', () => {
  it('describes every type, field, argument and enum value', () => {
    const undescribed: string[] = []
    let seen = 0
    const check = (name: string, described: { readonly description?: string | null | undefined }) => {
      seen += 1
      if (!described.description) undescribed.push(name)
    }
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type)) continue
      check(type.name, type)
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value)
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field)
      }
      if (!isObjectType(type) && !isInterfaceType(type)) continue
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field)
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument)
      }
    }
    expect(undescribed).toEqual([])
    expect(seen).toBeGreaterThan(150)
  })

  it('names its providers after the ids of the registry, whatever they are', () => {
    const other = buildSchema(['paper', 'stone-tablet']).getType('Provider')
    expect(isEnumType(other) && other.getValues().map(({ name }) => name)).toEqual(['PAPER', 'STONE_TABLET'])
    expect(() => buildSchema([])).toThrow('at least one provider')
    expect(() => buildSchema(['a-b', 'a.b'])).toThrow('two providers have the enum member A_B')
  })
})
