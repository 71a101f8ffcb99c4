import type { TailEvent } from './event.js'
import type { Moment } from './progress.js'

/** An event whose cursor is sealed when somebody asks for it, and then once. */
export class SealedEvent implements TailEvent {
  readonly kind: TailEvent['kind']
  readonly entry: TailEvent['entry']
  readonly late: boolean
  readonly coverage: TailEvent['coverage']
  readonly reason: TailEvent['reason']
  readonly settledUntilMs: number
  readonly #moment: Moment
  readonly #encode: (moment: Moment) => string
  #cursor: string | undefined

  constructor(
    parts: Partial<TailEvent> & Pick<TailEvent, 'kind'>,
    moment: Moment,
    settledUntilMs: number,
    encode: (moment: Moment) => string,
  ) {
    this.kind = parts.kind
    this.entry = parts.entry ?? null
    this.late = parts.late ?? false
    this.coverage = parts.coverage ?? []
    this.reason = parts.reason ?? null
    this.settledUntilMs = settledUntilMs
    this.#moment = moment
    this.#encode = encode
  }

  get cursor(): string {
    this.#cursor ??= this.#encode(this.#moment)
    return this.#cursor
  }
}
