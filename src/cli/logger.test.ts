import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.js'

function logged(fields: object): unknown {
  let text = ''
  const stderr = {
    write: (line: string) => {
      text += line
      return true
    },
  }
  createLogger({ stderr }).info(fields, 'something')
  return JSON.parse(text) as unknown
}

describe('createLogger', () => {
  it('writes one JSON object with a time and a level', () => {
    expect(logged({ a: 1, nested: { b: null } })).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      a: 1,
      nested: { b: null },
      msg: 'something',
    })
  })

  it('hides what goes by the name of a secret, two levels deep', () => {
    const fields = {
      token: 't',
      request: { authorization: 'a', headers: { cookie: 'c', accept: 'x' } },
      sources: [{ key: 'k', credentials: { apiKey: 'a' } }],
    }
    expect(logged(fields)).toMatchObject({
      token: '[hidden]',
      request: { authorization: '[hidden]', headers: { cookie: '[hidden]', accept: 'x' } },
      sources: [{ key: 'k', credentials: '[hidden]' }],
    })
    expect(fields.token).toBe('t')
  })

  it('hides them in what an error carries, and tells the error', () => {
    const err = Object.assign(new Error('it broke'), { token: 't', request: { apiKey: 'k', path: '/' } })
    expect(logged({ err })).toMatchObject({
      err: {
        type: 'Error',
        message: 'it broke',
        token: '[hidden]',
        request: { apiKey: '[hidden]', path: '/' },
      },
    })
  })

  it('takes a value that holds itself', () => {
    const loop: Record<string, unknown> = { a: 1 }
    loop['self'] = loop
    expect(logged({ loop })).toMatchObject({ loop: { a: 1 } })
  })

  it('tells how many lines were lost as soon as there is somebody to be told', () => {
    let takes = true
    const lines: unknown[] = []
    const stderr = {
      write: (line: string) => {
        if (takes) lines.push(JSON.parse(line))
        return takes
      },
    }
    const logger = createLogger({ stderr })
    logger.info('one')
    takes = false
    for (const lost of ['two', 'three', 'four']) logger.info(lost)
    takes = true
    logger.info('five')
    logger.info('six')
    expect(lines).toMatchObject([
      { msg: 'one' },
      { level: 'warn', time: expect.any(String), lines: 3, msg: expect.stringContaining('lost') },
      { msg: 'five' },
      { msg: 'six' },
    ])
  })
})
