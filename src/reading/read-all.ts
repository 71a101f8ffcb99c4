import type { EntryPage, InputProblem, PageRequest, PageTerms, Reader, ReadingFailed } from './page.js'

/**
 * The pages of one reading, from the request's own to the last, each begun when the one before was taken.
 *
 * `termsOf` gives the signal and the deadline of each page, so that a long reading has none as a whole; it begins with
 * the caller's own. Ends after the page that has no next one, or after a page that is none: an InputProblem, or a
 * ReadingFailed, whose `after` is where the same reading goes on when the source is well again. Under PARTIAL a page
 * may hold no entries and still be followed by others.
 */
export async function* readAll(
  reader: Pick<Reader, 'readPage'>,
  request: Omit<PageRequest, 'last' | 'before' | 'signal'>,
  termsOf: () => PageTerms,
): AsyncGenerator<EntryPage | InputProblem | ReadingFailed, void, void> {
  let { after } = request
  for (;;) {
    const page = await reader.readPage({
      ...request,
      ...(after !== undefined && { after }),
      ...termsOf(),
    })
    yield page
    if (page.kind !== 'page' || !page.hasNextPage) return
    if (page.endCursor === null) throw new Error('A page with a next one has no end cursor.')
    after = page.endCursor
  }
}
