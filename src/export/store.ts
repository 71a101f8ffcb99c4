/** Where a file of an export is kept, and what belongs to it. Beside the file: its manifest, or its checkpoint. */
export interface ExportStore {
  /** Why no file can be kept there, in one or two sentences; null when nothing stands in the way. Opens nothing. */
  obstacle(): Promise<string | null>
  /** Whether anything has the name of the file, be it a link to nothing. */
  exists(): Promise<boolean>
  /** Bytes of the file; null when there is none. */
  size(): Promise<number | null>
  /** The first `bytes` bytes of the file, or all of it. */
  read(bytes?: number): AsyncIterable<Buffer>
  /** Makes the file. Rejects with the system's error, whose code is EEXIST where anything has its name. */
  create(): Promise<ExportOutput>
  /** Opens the file at `bytes` and cuts off what comes after; makes it when there is none. */
  open(bytes: number): Promise<ExportOutput>
  readCheckpoint(): Promise<string | null>
  /** All or nothing: after a crash there is the old text or the new one. */
  writeCheckpoint(text: string): Promise<void>
  removeCheckpoint(): Promise<void>
  readManifest(): Promise<string | null>
  /** All or nothing, as above. */
  writeManifest(text: string): Promise<void>
  removeManifest(): Promise<void>
  /** Takes away the file and its checkpoint. */
  discard(): Promise<void>
}

export interface ExportOutput {
  append(bytes: Buffer): Promise<void>
  /** Resolves when what was appended survives a crash. */
  sync(): Promise<void>
  close(): Promise<void>
}
