import { listen } from '../src/server/listen.js'
import { fakeGateway } from './support/fake-gateway.js'
import { describeHttpAudit } from './support/graphql-http-audit.js'
import { startGateway } from './support/running-gateway.js'

describeHttpAudit('a gateway over invented sources', async () => {
  const listening = await listen(fakeGateway().server, { host: '127.0.0.1', port: 0 })
  return { url: listening.url, close: () => listening.close(0) }
})

describeHttpAudit('a gateway over the four providers', startGateway)
