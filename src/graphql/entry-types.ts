import type { Actor, AuditEntry, FieldChange, Origin, Resource } from '../model/entry.js'
import { summarize } from '../model/summary.js'
import type { GatewayBuilder } from './builder.js'
import type { GatewayEnums } from './enums.js'
import { entryId } from './global-id.js'
import type { SourceTypes } from './source-types.js'

export type EntryTypes = ReturnType<typeof defineEntryTypes>

/** Defines `AuditEntry` and its parts. */
export function defineEntryTypes(builder: GatewayBuilder, enums: GatewayEnums, sources: SourceTypes) {
  const parts = defineParts(builder, enums)
  const AuditEntryType = builder.objectRef<AuditEntry>('AuditEntry').implement({
    description: 'One thing that somebody did, from one source, in the same shape for every provider.',
    interfaces: [sources.Node],
    fields: (t) => ({
      id: t.id({
        description: 'Global id, for `node` and for client caches. Opaque: do not take it apart.',
        resolve: entryId,
      }),
      source: t.field({
        type: sources.Source,
        description: 'The configured account that the entry was read from.',
        resolve: (entry, _, context) => sources.find(context, entry.sourceKey),
      }),
      upstreamId: t.exposeString('upstreamId', {
        description:
          'The provider’s id of the record, or one that the gateway derives from it where the provider gives none. Unique within the source.',
      }),
      occurredAt: t.expose('occurredAtMs', {
        type: 'DateTime',
        description:
          'When it happened. Finer digits than milliseconds are cut off; the provider’s text is in `raw`.',
      }),
      action: t.exposeString('action', {
        description:
          'The provider’s own word for what was done, unchanged. This is what the filter `actions` compares.',
      }),
      actionKind: t.expose('actionKind', {
        type: enums.ActionKind,
        description: 'The same as one verb over all providers.',
      }),
      actor: t.expose('actor', { type: parts.Actor, description: 'Who did it.' }),
      resource: t.expose('resource', {
        type: parts.Resource,
        description: 'What it was done to: the object that changed.',
      }),
      counterparty: t.expose('counterparty', {
        type: parts.Resource,
        nullable: true,
        description:
          'The other party of the action, such as the user who got a role. Null where the provider names none.',
      }),
      changes: t.expose('changes', {
        type: [parts.FieldChange],
        nullable: true,
        description:
          'What changed, field by field. Null: the provider gives no such detail. An empty list: it says that nothing changed.',
      }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Why it was done, where the provider has a word on it.',
      }),
      origin: t.expose('origin', {
        type: parts.Origin,
        nullable: true,
        description: 'From where it was done. Null where the provider says nothing of it.',
      }),
      organizationId: t.exposeString('organizationId', {
        description: 'The organization at the provider. Taken from the source where the record has none.',
      }),
      summary: t.string({
        description:
          'One plain sentence about the entry, for people. Its wording may change: do not read data out of it.',
        resolve: (entry) => summarize(entry),
      }),
      metadata: t.expose('metadata', {
        type: 'JSON',
        nullable: true,
        description: 'What else the provider says in the record, in its own shape.',
      }),
      raw: t.expose('raw', { type: 'JSON', description: 'The provider’s record, untouched.' }),
    }),
  })
  return { AuditEntry: AuditEntryType, Actor: parts.Actor, Resource: parts.Resource }
}

function defineParts(builder: GatewayBuilder, enums: GatewayEnums) {
  const ActorType = builder.objectRef<Actor>('Actor').implement({
    description: 'Who acted. Any detail may be missing: providers differ in what they tell.',
    fields: (t) => ({
      id: t.exposeString('id', {
        nullable: true,
        description: 'The provider’s id of the actor. This is what the filter `actorIds` compares.',
      }),
      type: t.expose('type', {
        type: enums.ActorType,
        description: 'The kind of actor, over all providers.',
      }),
      rawType: t.exposeString('rawType', {
        nullable: true,
        description: 'The provider’s own word for the kind of actor.',
      }),
      name: t.exposeString('name', { nullable: true, description: 'Name for people.' }),
      email: t.exposeString('email', {
        nullable: true,
        description: 'E-mail address, as the provider writes it.',
      }),
    }),
  })
  const ResourceType = builder.objectRef<Resource>('Resource').implement({
    description: 'A thing or a person that an action concerns.',
    fields: (t) => ({
      type: t.exposeString('type', {
        description:
          'The provider’s word for the kind of thing. This is what the filter `resourceTypes` compares.',
      }),
      id: t.exposeString('id', {
        nullable: true,
        description: 'The provider’s id of it. This is what the filter `resourceIds` compares.',
      }),
      name: t.exposeString('name', { nullable: true, description: 'Name for people.' }),
    }),
  })
  const FieldChangeType = builder.objectRef<FieldChange>('FieldChange').implement({
    description: 'One field that changed.',
    fields: (t) => ({
      field: t.exposeString('field', {
        nullable: true,
        description: 'Path of the field in the provider’s spelling. Null where it names none.',
      }),
      before: t.expose('before', {
        type: 'JSON',
        nullable: true,
        description: 'The value before; null when there was none.',
      }),
      after: t.expose('after', {
        type: 'JSON',
        nullable: true,
        description: 'The value after; null when there is none.',
      }),
    }),
  })
  const OriginType = builder.objectRef<Origin>('Origin').implement({
    description: 'From where something was done.',
    fields: (t) => ({
      ipAddress: t.exposeString('ipAddress', {
        nullable: true,
        description: 'IP address, as the provider writes it.',
      }),
      userAgent: t.exposeString('userAgent', {
        nullable: true,
        description: 'User agent of the program that was used.',
      }),
      channel: t.exposeString('channel', {
        nullable: true,
        description: 'The way it came in the provider’s words, such as web, api or mobile.',
      }),
    }),
  })
  return { Actor: ActorType, Resource: ResourceType, FieldChange: FieldChangeType, Origin: OriginType }
}
