import { describe, expect, it } from 'vitest'
import {
  countField,
  flagField,
  hasForeignError,
  idField,
  isJsonObject,
  jsonField,
  objectField,
  textField,
} from './loose.js'

describe('readers of loose fields', () => {
  it.each([
    ['text', textField({ a: 7, b: '', c: 'x' }, 'a', 'b', 'c'), 'x'],
    ['text, none', textField({ a: null }, 'a', 'b'), null],
    ['id, text', idField({ a: 'x' }, 'a'), 'x'],
    ['id, number', idField({ a: -17 }, 'a'), '-17'],
    ['id, a large whole number', idField({ a: 2 ** 53 }, 'a'), '9007199254740992'],
    ['id, written with an exponent', idField({ a: 1e21 }, 'a'), null],
    ['JSON, null is passed over', jsonField({ a: null, b: false }, 'a', 'b'), false],
    ['JSON, none', jsonField({}, 'a'), null],
    ['object', objectField({ a: [], b: { c: 1 } }, 'a', 'b'), { c: 1 }],
    ['count', countField({ a: -1, b: 1.5, c: 0 }, 'a', 'b', 'c'), 0],
    ['flag', flagField({ a: 'true', b: false }, 'a', 'b'), false],
    ['inherited', jsonField({}, 'constructor', '__proto__', 'toString'), null],
  ])('%s', (_, read, expected) => {
    expect(read).toEqual(expected)
  })

  it.each([
    [true, { error: 'backend unavailable', items: [] }],
    [true, { error: { message: 'm' }, items: [1] }],
    [true, { error: true, items: [] }],
    [true, { errors: { detail: 'm' } }],
    [true, { errors: [{ message: 'm' }], results: [] }],
    [true, { code: 'X', message: 'text', data: [] }],
    [true, { code: 14, message: 'text' }],
    [false, { error: null, errors: [], items: [] }],
    [false, { error: '', items: [] }],
    [false, { error: false }],
    [false, { error: {}, items: [] }],
    [false, { errors: { count: 0 }, items: [] }],
    [false, { code: 200, message: 'OK', data: [] }],
    [false, { code: 'ok', message: 'fine', data: [] }],
    [false, { success: true, code: 'X', message: 'text', items: [] }],
    [false, { code: 'X', message: 'text', data: [1] }],
    [false, { message: 'text', data: [] }],
    [false, { items: [], total: 0 }],
  ])('an error of another form: %j in %j', (expected, body) => {
    expect(hasForeignError(body)).toBe(expected)
  })

  it('tells objects from lists and null', () => {
    expect([{}, [], null, 'x', undefined].map(isJsonObject)).toEqual([true, false, false, false, false])
  })
})
