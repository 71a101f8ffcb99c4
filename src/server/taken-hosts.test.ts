import { describe, expect, it } from 'vitest'
import { TakenHosts } from './taken-hosts.js'

const names = { allowedHosts: ['audit.example.com'], allowedOrigins: ['https://console.example.com:8443'] }
const own = [
  'localhost',
  'LOCALHOST:4000',
  'a.localhost',
  '127.0.0.1:4000',
  '127.9.8.7',
  '[::1]:4000',
  'localhost.',
]
const given = ['audit.example.com', 'Audit.Example.com:4000', 'audit.example.com.', 'console.example.com']
const foreign = [
  'evil.example',
  'localhost.evil.example',
  'evillocalhost',
  '127.0.0.1.evil.example',
  'audit.example.com.evil.example',
  'x.audit.example.com',
  '10.0.0.1:4000',
  '[::2]',
]

function taken(hosts: TakenHosts, of: readonly string[]): readonly string[] {
  return of.filter((host) => hosts.take(new URL(`http://${host}/graphql`)))
}

describe('hosts', () => {
  it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])(
    'are those of this machine and of the configuration on %s',
    (address) => {
      const hosts = new TakenHosts(names)
      hosts.listenOn(address, address)
      expect(taken(hosts, [...own, ...given, ...foreign])).toEqual([...own, ...given])
      const bare = new TakenHosts({ allowedHosts: [], allowedOrigins: [] })
      bare.listenOn(address, address)
      expect(taken(bare, [...own, ...given, ...foreign])).toEqual(own)
    },
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', 'fe80::1%eth0'])(
    'are any on %s, unless the configuration has some',
    (address) => {
      const open = new TakenHosts({ ...names, allowedHosts: [] })
      open.listenOn(address, address)
      expect(taken(open, [...own, ...given, ...foreign])).toEqual([...own, ...given, ...foreign])
      const closed = new TakenHosts(names)
      closed.listenOn(address, address)
      expect(taken(closed, [...own, ...given, 'evil.example'])).toEqual([...own, ...given])
    },
  )

  it('are taken by the name that was listened on', () => {
    const hosts = new TakenHosts({ allowedHosts: [], allowedOrigins: [] })
    hosts.listenOn('127.0.1.1', 'workstation')
    expect(taken(hosts, ['workstation:4000', 'evil.example'])).toEqual(['workstation:4000'])
  })

  it('are looked at again after one that was taken', () => {
    const hosts = new TakenHosts({ allowedHosts: [], allowedOrigins: [] })
    hosts.listenOn('127.0.0.1', '127.0.0.1')
    const [good, bad] = [new URL('http://localhost/graphql'), new URL('http://evil.example/graphql')]
    expect([good, good, bad, good, bad].map((target) => hosts.take(target))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ])
  })
})
