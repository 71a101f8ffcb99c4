import { defineProvider } from '../../model/provider.js'
import { capabilities, rateLimits } from './capabilities.js'
import { readPage } from './normalize.js'
import { pageRequest } from './request.js'
import { authorizationWith, settings } from './settings.js'

/** The audit logs of Freddy: sheet freddy. */
export const freddy = defineProvider({
  id: 'freddy',
  displayName: 'Freddy',
  settings,
  open: (given) => ({
    baseUrl: given.baseUrl,
    organizationId: given.organizationId,
    capabilities,
    rateLimits,
    authorization: () => authorizationWith(given),
    pageRequest: (ask) => pageRequest(ask, given),
    readPage: (response) => readPage(response, given),
  }),
})
