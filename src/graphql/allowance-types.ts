import type { Allowance } from '../model/rate-limit.js'
import type { GatewayBuilder } from './builder.js'
import type { GatewayEnums } from './enums.js'

/** Defines `Allowance`, for `Source.allowance`. */
export function defineAllowance(builder: GatewayBuilder, enums: GatewayEnums) {
  return builder.objectRef<Allowance>('Allowance').implement({
    description:
      'How often a provider may be asked for a source, as far as its answers have told. Null stands for what was not told.',
    fields: (t) => ({
      limit: t.exposeInt('limit', {
        nullable: true,
        description: 'Requests in a full allowance, of the allowance of which the least remains.',
      }),
      remaining: t.exposeInt('remaining', {
        nullable: true,
        description: 'Requests that remained of it after the last answer.',
      }),
      resetAt: t.expose('resetMs', {
        type: 'DateTime',
        nullable: true,
        description: 'When more is granted.',
      }),
      pausedUntil: t.expose('pausedUntilMs', {
        type: 'DateTime',
        nullable: true,
        description: 'Until then the gateway sends no request for the source. Null: it may ask now.',
      }),
      pauseReason: t.expose('pauseReason', {
        type: enums.PauseReason,
        nullable: true,
        description: 'Why it does not ask.',
      }),
      concurrency: t.exposeInt('concurrency', {
        description: 'Requests with this credential that the gateway allows itself at once now. It adapts.',
      }),
    }),
  })
}
