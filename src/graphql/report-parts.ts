import type {
  ActorIdentity,
  Breakdown,
  ReportCount,
  ReportRow,
  ReportTime,
  RowSubject,
  TimelineBucket,
} from '../reading/report/shapes.js'
import type { GatewayBuilder } from './builder.js'
import type { ReportParts } from './report-args.js'

/** Defines what the figures of a report are made of. */
export function defineReportParts(builder: GatewayBuilder, parts: ReportParts) {
  const Count = defineCount(builder, parts)
  const Time = builder.objectRef<ReportTime>('ReportTime').implement({
    description: 'The time of the first or the last entry of a report.',
    fields: (t) => ({
      at: t.expose('atMs', { type: 'DateTime', nullable: true, description: 'Null: there is no entry.' }),
      exactness: t.expose('exactness', {
        type: parts.enums.CountExactness,
        description: 'AT_LEAST: there may be an entry beyond it, where not all was read.',
      }),
    }),
  })
  const Row = defineRow(builder, parts, Count)
  const Rest = builder.objectRef<Breakdown['rest']>('ReportRest').implement({
    description: 'What the rows leave.',
    fields: (t) => ({
      count: t.expose('count', { type: Count, description: 'Entries that belong to no row.' }),
      values: t.expose('values', { type: Count, description: 'Values that have no row.' }),
    }),
  })
  const BreakdownType = builder.objectRef<Breakdown>('ReportBreakdown').implement({
    description: 'The entries of a report by one dimension.',
    fields: (t) => ({
      rows: t.expose('rows', { type: [Row], description: 'The most frequent first, then by key.' }),
      rest: t.expose('rest', { type: Rest, description: 'What the rows leave.' }),
      distinct: t.expose('distinct', { type: Count, description: 'How many different values there are.' }),
    }),
  })
  const Bucket = builder.objectRef<TimelineBucket>('ReportBucket').implement({
    description: 'One stretch of the calendar in a timeline.',
    fields: (t) => ({
      since: t.expose('sinceMs', { type: 'DateTime', description: 'Its begin, inclusive.' }),
      until: t.expose('untilMs', { type: 'DateTime', description: 'Its end, exclusive.' }),
      count: t.expose('count', { type: Count, description: 'Entries in it.' }),
      split: t.expose('split', {
        type: [Row],
        description:
          'These by the values of the split that are the most frequent in the whole window: the same ones in the same order in every bucket. Empty without a split.',
      }),
      rest: t.expose('rest', {
        type: Count,
        description: 'Entries in it that belong to no value of the split that is told. 0 without a split.',
      }),
    }),
  })
  return { Count, Time, Breakdown: BreakdownType, Bucket }
}

type CountType = ReturnType<typeof defineCount>

function defineCount(builder: GatewayBuilder, { enums }: ReportParts) {
  return builder.objectRef<ReportCount>('ReportCount').implement({
    description: 'A number of a report and how sure it is.',
    fields: (t) => ({
      value: t.exposeInt('value', { description: 'The number.' }),
      exactness: t.expose('exactness', {
        type: enums.CountExactness,
        description: 'How sure the number is.',
      }),
      atLeast: t.exposeInt('atLeast', { description: 'It is not less than this.' }),
      atMost: t.exposeInt('atMost', {
        nullable: true,
        description: 'It is not more than this. Null: nothing bounds it.',
      }),
    }),
  })
}

function defineRow(builder: GatewayBuilder, parts: ReportParts, Count: CountType) {
  const ActorType = defineActor(builder, parts)
  return builder.objectRef<ReportRow>('ReportRow').implement({
    description: 'One value of a dimension.',
    fields: (t) => ({
      key: t.exposeString('key', {
        description: 'Tells the rows of a dimension apart: the same for the same value in every report.',
      }),
      label: t.string({
        description: 'The value for people: a word, or the name of the source, the actor or the resource.',
        resolve: ({ subject }, _, context) =>
          subject.kind === 'source'
            ? parts.sources.find(context, subject.sourceKey).displayName
            : labelOf(subject),
      }),
      count: t.expose('count', { type: Count, description: 'Entries that have the value.' }),
      source: t.field({
        type: parts.sources.Source,
        nullable: true,
        description: 'The source itself, or the one that a resource belongs to. Null in other dimensions.',
        resolve: ({ subject }, _, context) =>
          'sourceKey' in subject ? parts.sources.find(context, subject.sourceKey) : null,
      }),
      resource: t.field({
        type: parts.entries.Resource,
        nullable: true,
        description: 'The object, with the name that its newest entry gives. Null in other dimensions.',
        resolve: ({ subject }) => (subject.kind === 'resource' ? subject.resource : null),
      }),
      actor: t.field({
        type: ActorType,
        nullable: true,
        description: 'Who acted. Null in other dimensions.',
        resolve: ({ subject }) => (subject.kind === 'actor' ? subject : null),
      }),
    }),
  })
}

type ActorSubject = Extract<RowSubject, { kind: 'actor' }>

function defineActor(builder: GatewayBuilder, { enums, sources, entries }: ReportParts) {
  const Join = builder.objectRef<string>('ActorJoin').implement({
    description: 'Why an identity is taken for the same actor as another one.',
    fields: (t) => ({
      evidence: t.field({
        type: enums.ActorJoinEvidence,
        description: 'The kind of evidence.',
        resolve: () => 'SAME_EMAIL' as const,
      }),
      email: t.string({ description: 'The address, in lower case.', resolve: (email) => email }),
    }),
  })
  const Identity = builder.objectRef<ActorIdentity>('ActorIdentity').implement({
    description: 'An actor as one source knows it.',
    fields: (t) => ({
      source: t.field({
        type: sources.Source,
        description: 'Where.',
        resolve: ({ sourceKey }, _, context) => sources.find(context, sourceKey),
      }),
      actor: t.expose('actor', {
        type: entries.Actor,
        description: 'As the newest of its entries tells it.',
      }),
      entries: t.exposeInt('value', { description: 'Entries of this identity that were counted.' }),
      joinedBy: t.expose('joinedBy', {
        type: [Join],
        description:
          'What joins it with others of this actor, each piece of evidence. Empty: it stands alone.',
      }),
    }),
  })
  return builder.objectRef<ActorSubject>('ReportActor').implement({
    description:
      'An actor over all sources. Identities that name the same e-mail address are joined, those of programs (API_KEY, AUTOMATION, SYSTEM) never.',
    fields: (t) => ({
      identities: t.expose('identities', { type: [Identity], description: 'By source and id.' }),
    }),
  })
}

function labelOf(subject: Exclude<RowSubject, { kind: 'source' }>): string {
  if (subject.kind === 'word') return subject.word
  if (subject.kind === 'resource') {
    const { name, id, type } = subject.resource
    return name ?? id ?? type
  }
  const actors = subject.identities.map(({ actor }) => actor)
  const first = (key: 'name' | 'email' | 'id' | 'rawType') =>
    actors.map((actor) => actor[key]).find((text) => text !== null && text !== '')
  return first('name') ?? first('email') ?? first('id') ?? first('rawType') ?? actors[0]?.type ?? ''
}
