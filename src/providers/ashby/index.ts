import { defineProvider } from '../../model/provider.js'
import { capabilitiesOf, rateLimits } from './capabilities.js'
import { readPage } from './normalize.js'
import { authorization, latestDateMs, pageRequest } from './request.js'
import { settings } from './settings.js'

/** Ashby's audit log, a beta API: see README.md. */
export const ashby = defineProvider({
  id: 'ashby',
  displayName: 'Ashby',
  settings,
  open: (source) => ({
    baseUrl: source.baseUrl,
    organizationId: source.organizationId,
    capabilities: capabilitiesOf(source),
    rateLimits,
    authorization: () => authorization(source),
    pageRequest: (ask) => pageRequest(source, ask),
    latestDateMs,
    readPage: (response) => readPage(source, response),
  }),
})
