import { defineProvider } from '../../model/provider.js'
import { capabilitiesWith, rateLimits } from './capabilities.js'
import { readPage } from './normalize.js'
import { pageRequest } from './request.js'
import { authorizationWith, settings } from './settings.js'

/** The audit log of the Aitronos platform: sheet aitronos. */
export const aitronos = defineProvider({
  id: 'aitronos',
  displayName: 'Aitronos',
  settings,
  open: (given) => ({
    baseUrl: given.baseUrl,
    organizationId: given.organizationId,
    capabilities: capabilitiesWith(given.dates),
    rateLimits,
    authorization: () => authorizationWith(given.credentials),
    pageRequest: (ask) => pageRequest(ask, given),
    readPage: (response) => readPage(response, given),
  }),
})
