import type { ResumeReason, TailEvent, TailEventKind } from '../tail/event.js'
import type { GatewayBuilder } from './builder.js'
import type { defineConnectionTypes } from './connection-types.js'
import type { EntryTypes } from './entry-types.js'
import { describedValues } from './enums.js'
import { badUserInput, fromInputProblem, tooManySubscribers } from './errors.js'
import { type defineFilterInput, readFilter } from './filter-input.js'

const kinds = {
  ENTRY: 'An entry that was added: see `entry` and `late`.',
  COVERAGE:
    'A source is in trouble, or well again: see `coverage`. It is also the first event, and has all sources then.',
  HEARTBEAT: 'Nothing has happened for a while.',
  RESUME: 'The gateway ends the subscription: see `reason`. Subscribe again with `after`.',
} satisfies Record<TailEventKind, string>

const reasons = {
  SLOW_CONSUMER: 'The client took events slower than they came, and as many waited for it as may wait.',
  SHUTTING_DOWN: 'The gateway is stopping. Another one, or the same when it is back, goes on.',
} satisfies Record<ResumeReason, string>

/** Defines `Subscription.auditEntryAdded`: the live tail. */
export function defineSubscription(
  builder: GatewayBuilder,
  parts: {
    readonly Filter: ReturnType<typeof defineFilterInput>
    readonly entries: EntryTypes
    readonly connection: ReturnType<typeof defineConnectionTypes>
  },
): void {
  builder.subscriptionType({ description: 'What can be watched as it happens, over server-sent events.' })
  const Event = defineEvent(builder, parts)
  builder.subscriptionField('auditEntryAdded', (t) =>
    t.field({
      type: Event,
      description:
        'Entries as they are added, each once. Without `after` it begins with what is added from now on; the first event says so. Entries come in the order OLDEST_FIRST, but for those that are flagged `late`.',
      args: {
        filter: t.arg({ type: parts.Filter, description: 'Which entries. Left out: all.' }),
        sources: t.arg.stringList({
          description: 'Keys of the sources to watch. Left out or null: all of them. See `Query.sources`.',
        }),
        after: t.arg.string({
          description:
            'Go on behind the event with this cursor: exactly what was missed comes first. Give the same `filter` and `sources` as before.',
        }),
      },
      subscribe: (_, { filter, sources, after }, { tail, clientGone }) => {
        if (after === '') throw badUserInput(['after'], '`after` is empty. Give a cursor, or leave it out.')
        const events = tail.subscribe({
          filter: readFilter(filter),
          ...(sources && { sources }),
          ...(typeof after === 'string' && { after }),
          signal: clientGone,
        })
        if (!('kind' in events)) return events
        if (events.kind === 'inputProblem') throw fromInputProblem(events)
        throw tooManySubscribers(events.subscribersMax)
      },
      resolve: (event) => event,
    }),
  )
}

function defineEvent(
  builder: GatewayBuilder,
  {
    entries,
    connection: { SourceCoverage },
  }: {
    readonly entries: EntryTypes
    readonly connection: ReturnType<typeof defineConnectionTypes>
  },
) {
  const Kind = builder.enumType('AuditEntryEventKind', {
    description: 'What an event of a subscription tells.',
    values: describedValues(kinds),
  })
  const Reason = builder.enumType('ResumeReason', {
    description: 'Why the gateway ends a subscription.',
    values: describedValues(reasons),
  })
  return builder.objectRef<TailEvent>('AuditEntryEvent').implement({
    description: 'One event of the live tail.',
    fields: (t) => ({
      kind: t.expose('kind', { type: Kind, description: 'What the event tells.' }),
      cursor: t.exposeString('cursor', {
        description:
          'Pass it as `after` to go on behind this event, on any replica, until it is 30 days old. Opaque; it may have some thousand characters.',
      }),
      entry: t.expose('entry', {
        type: entries.AuditEntry,
        nullable: true,
        description: 'The entry that was added. Null: the event is of another kind.',
      }),
      late: t.exposeBoolean('late', {
        description: 'Whether an entry was delivered before that the order has behind this one.',
      }),
      coverage: t.expose('coverage', {
        type: [SourceCoverage],
        description:
          'The sources whose state has changed. `gap` is what is missing of a source in trouble; it is delivered when the source is well again, so there is no `resumeCursor`. Numbers are of the last reading, which all subscribers share.',
      }),
      settledUntil: t.expose('settledUntilMs', {
        type: 'DateTime',
        description:
          'Before this instant nothing is missing of any source, unless a provider publishes later than its setting `settleMs` says.',
      }),
      reason: t.expose('reason', {
        type: Reason,
        nullable: true,
        description: 'Why the subscription ends. Null: it does not.',
      }),
    }),
  })
}
