import type { Actor, AuditEntry } from '../../model/entry.js'
import { compareText } from '../../model/order.js'
import type { ActorIdentity } from './shapes.js'
import { joiningEmail, keyOf } from './subjects.js'

/** An actor with all identities that its e-mail addresses join, and how many entries it has: see KeyCount. */
export interface ActorCount {
  readonly key: string
  readonly count: number
  readonly slack: number
  readonly identities: readonly ActorIdentity[]
  /** Keys of the identities: `keyOf.ACTOR` of the entries. */
  readonly identityKeys: readonly string[]
  /** Identities and e-mail addresses, as `ActorLedger.knows` takes them. */
  readonly nodes: readonly string[]
}

interface Identity {
  readonly sourceKey: string
  readonly actor: Actor
  readonly emails: Set<string>
  value: number
}

interface Person {
  /** Set when the person turned out to be another one. */
  into: Person | null
  count: number
  slack: number
  readonly identities: Map<string, Identity>
  readonly nodes: string[]
}

/**
 * Counts entries by actor. An entry joins the identity that it names with the e-mail address that it names: identities
 * that had an address in common are one actor, over all sources (union-find over identities and addresses).
 *
 * Exact while there are at most `nodesMax` identities and addresses; then the actors with the fewest entries are
 * dropped until half of that is left, and from then on counts have slack (see KeyCount): every identity and address
 * that comes after may have been one of a dropped actor, at each drop. As in lossy counting (Manku, Motwani:
 * "Approximate frequency counts over data streams", 2002) that adds up over the drops and does not compound.
 */
export class ActorLedger {
  readonly #nodesMax: number
  readonly #byNode = new Map<string, Person>()
  /** What one node can have missed: at each drop no more than the most frequent actor that was dropped. */
  #missedMax = 0

  /** `nodesMax`: 4 or more. */
  constructor(nodesMax: number) {
    this.#nodesMax = nodesMax
  }

  /** The most entries that were dropped of an identity or an address. 0: none ever was. */
  get missedMax(): number {
    return this.#missedMax
  }

  add(entry: AuditEntry): void {
    const identityKey = keyOf.ACTOR(entry)
    const identityNode = `identity ${identityKey}`
    const email = joiningEmail(entry)
    const person = this.#personOf(identityNode, email === null ? null : `email ${email}`)
    const identity = person.identities.get(identityKey) ?? {
      sourceKey: entry.sourceKey,
      actor: entry.actor,
      emails: new Set<string>(),
      value: 0,
    }
    person.identities.set(identityKey, identity)
    identity.value += 1
    if (email !== null) identity.emails.add(email)
    person.count += 1
    if (this.#byNode.size > this.#nodesMax) this.#drop()
  }

  /** Whether an identity or an address was seen and is still held. */
  knows(node: string): boolean {
    return this.#byNode.has(node)
  }

  /** All actors that are held, the most frequent first, then by key. */
  sorted(): readonly ActorCount[] {
    return [...this.#people()].map(actorOf).sort((a, b) => b.count - a.count || compareText(a.key, b.key))
  }

  #people(): ReadonlySet<Person> {
    return new Set([...this.#byNode.values()].map(rootOf))
  }

  #personOf(identityNode: string, emailNode: string | null): Person {
    const known = this.#find(identityNode)
    const addressed = emailNode === null ? undefined : this.#find(emailNode)
    const person: Person =
      known && addressed && known !== addressed
        ? union(known, addressed)
        : (known ?? addressed ?? { into: null, count: 0, slack: 0, identities: new Map(), nodes: [] })
    for (const node of [identityNode, emailNode]) {
      if (node === null || this.#byNode.has(node)) continue
      this.#byNode.set(node, person)
      person.nodes.push(node)
      person.slack += this.#missedMax
    }
    return person
  }

  #find(node: string): Person | undefined {
    const person = this.#byNode.get(node)
    if (!person) return undefined
    const root = rootOf(person)
    if (root !== person) this.#byNode.set(node, root)
    return root
  }

  #drop(): void {
    let left = Math.floor(this.#nodesMax / 2)
    let most = 0
    for (const person of [...this.#people()].sort((a, b) => b.count - a.count)) {
      if (person.nodes.length <= left) {
        left -= person.nodes.length
        continue
      }
      for (const node of person.nodes) this.#byNode.delete(node)
      most = Math.max(most, person.count)
    }
    this.#missedMax += most
  }
}

function rootOf(person: Person): Person {
  let root = person
  while (root.into) root = root.into
  return root
}

/** Makes two people one; the one with fewer nodes moves, so that each moves few times. */
function union(a: Person, b: Person): Person {
  const [root, moved] = a.nodes.length >= b.nodes.length ? [a, b] : [b, a]
  moved.into = root
  root.count += moved.count
  root.slack += moved.slack
  for (const [key, identity] of moved.identities) root.identities.set(key, identity)
  root.nodes.push(...moved.nodes)
  moved.identities.clear()
  moved.nodes.length = 0
  return root
}

function actorOf({ identities, nodes, count, slack }: Person): ActorCount {
  const uses = new Map<string, number>()
  for (const { emails } of identities.values()) {
    for (const email of emails) uses.set(email, (uses.get(email) ?? 0) + 1)
  }
  const byKey = [...identities].sort(([a], [b]) => compareText(a, b))
  return {
    key: byKey[0]?.[0] ?? '',
    count,
    slack,
    identities: byKey.map(([, { sourceKey, actor, value, emails }]) => ({
      sourceKey,
      actor,
      value,
      joinedBy: [...emails].filter((email) => (uses.get(email) ?? 0) > 1).sort(compareText),
    })),
    identityKeys: byKey.map(([key]) => key),
    nodes: [...nodes],
  }
}
