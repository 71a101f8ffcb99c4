import { defineProvider } from '../../model/provider.js'
import { capabilitiesWith, rateLimits } from './capabilities.js'
import { readExport } from './csv-export.js'
import { readPage } from './normalize.js'
import { exportRequest, pageRequest } from './request.js'
import { authorizationWith, settings } from './settings.js'

/** The audit log of the Aitronos platform: sheet aitronos. */
export const aitronos = defineProvider({
  id: 'aitronos',
  displayName: 'Aitronos',
  settings,
  open: (given) => ({
    baseUrl: given.baseUrl,
    organizationId: given.organizationId,
    capabilities: capabilitiesWith(given),
    rateLimits,
    authorization: () => authorizationWith(given.credentials),
    pageRequest: (ask) => pageRequest(ask, given),
    readPage: (response) => readPage(response, given),
    ...(given.csvExport && {
      bulk: {
        request: (ask) => exportRequest(ask, given),
        read: (response) => readExport(response, given),
      },
    }),
  }),
})
