import { afterEach, beforeEach, expect, vi } from 'vitest'

/** Fails each test of the file in which something was written as a warning or an error on the console. */
export function expectQuietConsole(): void {
  beforeEach(() => {
    vi.spyOn(console, 'error')
    vi.spyOn(console, 'warn')
  })
  afterEach(() => {
    expect(console.error).not.toHaveBeenCalled()
    expect(console.warn).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })
}
