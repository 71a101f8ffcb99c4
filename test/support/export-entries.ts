import fc from 'fast-check'
import type { ActionKind, ActorType, AuditEntry } from '../../src/model/entry.js'
import type { JsonValue } from '../../src/model/json.js'
import { compareNewestFirst } from '../../src/model/order.js'

/** Sources of the exports that are tested without a gateway. */
export const exportSources = [
  { key: 'desk', providerId: 'paper', displayName: 'The desk' },
  { key: 'vault', providerId: 'stone-tablet', displayName: 'vault' },
]

export const asOfMs = Date.UTC(2026, 1, 11, 19)

/** Texts that somebody might put into a name to harm a reader, and ordinary ones. */
const nasty = fc.constantFrom(
  '=1+1',
  '+cmd|x',
  '-2',
  '@SUM(A1)',
  '\t=1',
  '\r\n',
  ' =1',
  '\u200b=1',
  '\ufeff@x',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  '﹢1',
  '−1',
  "'",
  "''=1",
  '\'"x"',
  '"',
  'a,b;c',
  'line\nline',
  'line\r\nline',
  'nul\0nul',
  '\0',
  'half\ud800',
  '\udc00=',
  '#auditgraph-manifest {}',
  '',
  ' ',
  'Zoë 山田 花子 🙂',
)
export const cellText = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
)
const maybe = fc.option(cellText)
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>
const resource = fc.record({ type: cellText, id: maybe, name: maybe })
const kinds: readonly ActionKind[] = [
  'CREATE',
  'READ',
  'MOVE',
  'ATTACH_POLICY',
  'DETACH_POLICY',
  'OTHER',
  'UNKNOWN',
]
const actorTypes: readonly ActorType[] = ['USER', 'API_KEY', 'SYSTEM', 'PROVIDER_STAFF', 'UNKNOWN']

export const anyEntry: fc.Arbitrary<AuditEntry> = fc.record({
  sourceKey: fc.constantFrom('desk', 'vault'),
  upstreamId: fc.oneof(cellText, fc.uuid()),
  occurredAtMs: fc.integer({ min: asOfMs - 20, max: asOfMs - 1 }),
  action: cellText,
  actionKind: fc.constantFrom(...kinds),
  actor: fc.record({
    id: maybe,
    type: fc.constantFrom(...actorTypes),
    rawType: maybe,
    name: maybe,
    email: maybe,
  }),
  resource,
  counterparty: fc.option(resource),
  changes: fc.option(fc.array(fc.record({ field: maybe, before: json, after: json }), { maxLength: 2 })),
  reason: maybe,
  origin: fc.option(
    fc.record({ ipAddress: fc.option(fc.oneof(fc.ipV4(), cellText)), userAgent: maybe, channel: maybe }),
  ),
  organizationId: cellText,
  metadata: fc.option(json),
  raw: json,
})

/** Entries as a reading gives them: in order, no key twice. */
export function anyReading(maxLength: number, minLength = 0): fc.Arbitrary<readonly AuditEntry[]> {
  const nameOf = (entry: AuditEntry) =>
    JSON.stringify([entry.sourceKey, entry.occurredAtMs, entry.upstreamId])
  return fc
    .uniqueArray(anyEntry, { selector: nameOf, minLength, maxLength })
    .map((entries) => entries.toSorted((a, b) => compareNewestFirst(keyOf(a), keyOf(b))))
}

function keyOf({ sourceKey, upstreamId, occurredAtMs }: AuditEntry) {
  return { sourceKey, id: upstreamId, timeMs: occurredAtMs }
}
