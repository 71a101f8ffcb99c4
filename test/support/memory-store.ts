import type { ExportOutput, ExportStore } from '../../src/export/store.js'

/** Thrown by everything that a process does after it was killed. */
export class Killed extends Error {}

export interface MemoryStore extends ExportStore {
  /** What is in the file now. */
  readonly file: () => Buffer | null
  readonly manifest: () => string | null
  readonly checkpoint: () => string | null
  /** Does nothing until so many operations are done, then kills the process in the middle of one. */
  killAfter(operations: number): void
  /**
   * The store as the next process finds it. As long as there is a checkpoint, what was not flushed may be there, in
   * part or as something else, and more: `tear` is given it and gives what is left.
   */
  reboot(tear: (unflushed: Buffer) => Buffer): void
}

/** A disk that keeps its promises and no more: what was flushed is there, a replaced file is the old one or the new one. */
export function memoryStore(initial?: { readonly file: Buffer; readonly manifest?: string }): MemoryStore {
  let file: Buffer | null = initial?.file ?? null
  let flushed = file?.length ?? 0
  let manifest: string | null = initial?.manifest ?? null
  let checkpoint: string | null = null
  let operationsLeft = Number.POSITIVE_INFINITY

  /** Whether this operation is the one in which the process is killed. */
  const dies = () => {
    if (operationsLeft < 0) throw new Killed()
    operationsLeft -= 1
    return operationsLeft < 0
  }
  const replace = (put: () => void) => {
    // Killed before or after the rename, never within it.
    const isDying = dies()
    if (!isDying || operationsLeft % 2 !== 0) put()
    if (isDying) throw new Killed()
  }
  const openAt = (bytes: number): ExportOutput => {
    if (dies()) throw new Killed()
    file = (file ?? Buffer.alloc(0)).subarray(0, bytes)
    flushed = Math.min(flushed, bytes)
    return {
      append: async (chunk) => {
        const isDying = dies()
        file = Buffer.concat([
          file ?? Buffer.alloc(0),
          isDying ? chunk.subarray(0, chunk.length >> 1) : chunk,
        ])
        if (isDying) throw new Killed()
      },
      sync: async () => {
        if (dies()) throw new Killed()
        flushed = file?.length ?? 0
      },
      close: async () => {},
    }
  }
  return {
    file: () => file,
    manifest: () => manifest,
    checkpoint: () => checkpoint,
    killAfter: (operations) => {
      operationsLeft = operations
    },
    reboot: (tear) => {
      operationsLeft = Number.POSITIVE_INFINITY
      if (!file || checkpoint === null) return
      file = Buffer.concat([file.subarray(0, flushed), tear(file.subarray(flushed))])
      flushed = file.length
    },
    obstacle: async () => null,
    exists: async () => file !== null,
    size: async () => file?.length ?? null,
    async *read(bytes) {
      const kept = file?.subarray(0, bytes) ?? Buffer.alloc(0)
      // In small chunks, so that records lie across their borders.
      for (let at = 0; at < kept.length; at += 37) yield kept.subarray(at, at + 37)
    },
    create: async () => {
      if (file !== null) throw Object.assign(new Error('it exists'), { code: 'EEXIST' })
      return openAt(0)
    },
    open: async (bytes) => openAt(bytes),
    readCheckpoint: async () => checkpoint,
    writeCheckpoint: async (text) =>
      replace(() => {
        checkpoint = text
      }),
    removeCheckpoint: async () =>
      replace(() => {
        checkpoint = null
      }),
    readManifest: async () => manifest,
    writeManifest: async (text) =>
      replace(() => {
        manifest = text
      }),
    removeManifest: async () =>
      replace(() => {
        manifest = null
      }),
    discard: async () => {
      if (dies()) throw new Killed()
      file = null
      checkpoint = null
    },
  }
}
