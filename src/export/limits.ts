/**
 * Text of one member of a gzip file, in UTF-16 code units, after which a new one is begun at the next row. Part of the
 * format: with another figure, the same export has other bytes.
 */
export const memberLength = 1024 * 1024

/** How often the place of an export is written down, in milliseconds: what a crash costs at most, and a page. */
export const checkpointMs = 1_000

/**
 * How long a page of an export may take, in milliseconds. There is no deadline as a whole; bulk work gives way to people
 * who wait, so it is patient.
 */
export const pageMs = 120_000
