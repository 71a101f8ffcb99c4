import { defineProvider } from '../../model/provider.js'
import { capabilitiesOf } from './capabilities.js'
import { readEntry, readPage } from './normalize.js'
import { authorization, entryRequest, pageRequest } from './request.js'
import { settings } from './settings.js'

/** JITSudo by JITSUDO (jitsudo.io), not jitsudo by jitsudo-dev: see README.md. */
export const jitsudo = defineProvider({
  id: 'jitsudo',
  displayName: 'JITSudo',
  settings,
  open: (source) => ({
    baseUrl: source.baseUrl,
    organizationId: source.tenantId,
    capabilities: capabilitiesOf(source),
    authorization: () => authorization(source),
    pageRequest: (ask) => pageRequest(source, ask),
    readPage: (response) => readPage(source, response),
    lookup: {
      request: (id) => entryRequest(source, id),
      read: (response, askedId?: string) => readEntry(source, response, askedId),
    },
  }),
})
