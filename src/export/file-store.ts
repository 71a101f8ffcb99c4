import { createReadStream } from 'node:fs'
import { type FileHandle, lstat, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import type { ExportOutput, ExportStore } from './store.js'

/** Readable by its owner only: a checkpoint holds entries and may hold a secret. */
const privateMode = 0o600
/** What the umask leaves of it, as for any file. */
const publicMode = 0o666

export const manifestPathOf = (path: string) => `${path}.manifest.json`
export const checkpointPathOf = (path: string) => `${path}.checkpoint.json`

/** Keeps an export in a file, with `FILE.manifest.json` and `FILE.checkpoint.json` beside it. */
export function fileStore(path: string): ExportStore {
  const manifestPath = manifestPathOf(path)
  const checkpointPath = checkpointPathOf(path)
  return {
    obstacle: () => obstacleAt(path),
    exists: async () => (await unlessMissing(() => lstat(path))) !== null,
    size: async () => unlessMissing(async () => (await stat(path)).size),
    read: (bytes) => (bytes === 0 ? nothing() : readBytes(path, bytes)),
    create: () => openOutput(path, 0, 'wx'),
    open: (bytes) => openOutput(path, bytes, bytes === 0 ? 'w' : 'r+'),
    readCheckpoint: () => unlessMissing(() => readFile(checkpointPath, 'utf8')),
    writeCheckpoint: (text) => replaceFile(checkpointPath, text, privateMode),
    removeCheckpoint: () => rm(checkpointPath, { force: true }),
    readManifest: () => unlessMissing(() => readFile(manifestPath, 'utf8')),
    writeManifest: (text) => replaceFile(manifestPath, text, publicMode),
    removeManifest: () => rm(manifestPath, { force: true }),
    discard: async () => {
      await rm(path, { force: true })
      await rm(checkpointPath, { force: true })
    },
  }
}

/**
 * Opening a pipe waits for whoever is at its other end, and a device takes everything and keeps nothing: neither is a file
 * that can be gone on with. A link counts as what it names.
 */
async function obstacleAt(path: string): Promise<string | null> {
  const folder = await kindOf(dirname(path))
  if (folder === null) return `There is no folder ${dirname(path)}. Make it, or name another.`
  if (folder !== 'folder') return `${dirname(path)} is no folder. Name a file in one.`
  const kind = await kindOf(path)
  if (kind === 'folder' || path.endsWith('/') || path.endsWith(sep))
    return 'It is a folder. Name a file in it.'
  if (kind === 'other') return 'It is not a regular file. Leave --output out to write to standard output.'
  for (const beside of [manifestPathOf(path), checkpointPathOf(path)].flatMap((name) => [
    name,
    `${name}.tmp`,
  ])) {
    const itsKind = await kindOf(beside)
    if (itsKind !== null && itsKind !== 'file') {
      return `${beside} is ${itsKind === 'folder' ? 'a folder' : 'not a regular file'}, and is to be written. Take it away, or name another file.`
    }
  }
  return null
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | null> {
  const found = await unlessMissing(() => stat(path))
  if (found === null) return null
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
}

async function* nothing(): AsyncGenerator<Buffer, void, void> {}

async function* readBytes(path: string, bytes: number | undefined): AsyncGenerator<Buffer, void, void> {
  // `end` is inclusive.
  const stream = createReadStream(path, bytes === undefined ? {} : { end: bytes - 1 })
  for await (const chunk of stream) yield chunk as Buffer // no encoding is set
}

async function openOutput(path: string, bytes: number, flags: string): Promise<ExportOutput> {
  const file = await open(path, flags, publicMode)
  if (bytes > 0) await file.truncate(bytes)
  let at = bytes
  return {
    append: async (chunk) => {
      await writeAll(file, chunk, at)
      at += chunk.length
    },
    sync: () => file.sync(),
    close: () => file.close(),
  }
}

/** One write may take less than it is given. */
async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done)
    done += bytesWritten
  }
}

/** Writes another file, has it reach the disk and puts it in place of the old one. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/** Has the new name reach the disk. Not every system lets a folder be opened; there the name is left to it. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle
  try {
    folder = await open(path, 'r')
  } catch {
    return
  }
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) {
      return null
    }
    throw error
  }
}
