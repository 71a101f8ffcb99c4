import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { refuseUnreadable } from './request-target.js'

const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })

function responseOf(state: 'begun' | 'written'): ServerResponse {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  response.writeHead(200)
  return Object.defineProperty(response, 'writableFinished', { value: state === 'written' })
}

/** What is written to the connection until it is closed. */
async function written(answering?: ServerResponse): Promise<string> {
  const socket = new PassThrough()
  socket.on('error', () => {})
  const read = text(socket).catch(() => '')
  refuseUnreadable(late, socket, { 'x-safe': 'yes' }, answering)
  const result = await read
  expect(socket.destroyed).toBe(true)
  return result
}

describe('a request that does not arrive in time', () => {
  it('is answered with 408, in JSON and with the headers of every answer', async () => {
    const [head = '', body = ''] = (await written()).split('\r\n\r\n')
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 408 Request Timeout',
      'x-safe: yes',
      'content-type: application/json; charset=utf-8',
      `content-length: ${body.length}`,
      'connection: close',
    ])
    expect(JSON.parse(body)).toEqual({
      errors: [
        {
          message: 'The request did not arrive in time. Send it again.',
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    })
  })

  it('is answered after an answer, never within one', async () => {
    expect(await written(responseOf('written'))).toMatch(/^HTTP\/1\.1 408 /)
    expect(await written(responseOf('begun'))).toBe('')
  })
})
