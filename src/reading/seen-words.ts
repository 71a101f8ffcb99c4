import type { AuditEntry } from '../model/entry.js'
import type { SeenWord, SeenWords } from './page.js'

/** Words of one kind that are kept of one source; later ones are not counted. */
const wordsMax = 1_000
/** The longest word that is noted, in UTF-16 code units: longer ones are no vocabulary, and would stay in memory for good. */
const wordLengthMax = 200

/** Counted in place: it goes up with every entry. */
type CountedWord = { -readonly [Key in keyof SeenWord]: SeenWord[Key] }

interface Words {
  readonly actions: Map<string, CountedWord>
  readonly resourceTypes: Map<string, CountedWord>
}

/** What words the entries that this process has delivered or looked at used. Bounded; a remark, never something to rely on. */
export class SeenWordsLog {
  readonly #sources = new Map<string, Words>()

  /** Gives the entry back. */
  note(entry: AuditEntry): AuditEntry {
    let words = this.#sources.get(entry.sourceKey)
    if (!words) {
      words = { actions: new Map(), resourceTypes: new Map() }
      this.#sources.set(entry.sourceKey, words)
    }
    count(words.actions, entry.action, entry.occurredAtMs)
    count(words.resourceTypes, entry.resource.type, entry.occurredAtMs)
    return entry
  }

  /** The words of one source by their first appearance. */
  of(sourceKey: string): SeenWords {
    const words = this.#sources.get(sourceKey)
    return {
      actions: copies(words?.actions),
      resourceTypes: copies(words?.resourceTypes),
    }
  }
}

function copies(words: ReadonlyMap<string, CountedWord> | undefined): readonly SeenWord[] {
  return [...(words?.values() ?? [])].map((word) => ({ ...word }))
}

function count(words: Map<string, CountedWord>, word: string, timeMs: number): void {
  const known = words.get(word)
  if (known === undefined) {
    if (words.size < wordsMax && word.length <= wordLengthMax)
      words.set(word, { word, count: 1, oldestMs: timeMs, newestMs: timeMs })
    return
  }
  known.count += 1
  known.oldestMs = Math.min(known.oldestMs, timeMs)
  known.newestMs = Math.max(known.newestMs, timeMs)
}
