import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the parent gave to this process: JSON, its only argument. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings
}

/** Tells the parent where this process serves. */
export function tellPort(server: Server): void {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`listening on http://127.0.0.1:${port}\n`)
}
