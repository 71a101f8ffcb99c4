import type { Capabilities } from '../../src/model/capabilities.js'

/** What a source can that takes no filter and bounds times exactly: lists by offsets, newest first. */
export const plainCapabilities: Capabilities = {
  paging: 'offset',
  pageSizeMax: 100,
  order: 'newestFirst',
  totals: false,
  boundSlackMs: { since: 0, until: 0 },
  lookup: false,
  filters: {
    actorIds: { valuesMax: 0 },
    actions: { valuesMax: 0 },
    resourceTypes: { valuesMax: 0 },
    resourceIds: { valuesMax: 0 },
  },
  exclusive: [],
}
