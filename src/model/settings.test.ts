import { describe, expect, it } from 'vitest'
import { pathIdSetting } from './settings.js'

describe('an id in a path', () => {
  it.each(['org_1', 'a|b:c@d~e', '...', 'x'.repeat(200)])('may be %s', (id) => {
    expect(pathIdSetting.parse(id)).toBe(id)
  })

  it.each(['', '.', '..', 'a/b', 'ü', 'x'.repeat(201)])('is not %j, and the message has the rule', (id) => {
    const { error } = pathIdSetting.safeParse(id)
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'expected 1 to 200 letters, digits or any of _ - . ~ | : @, and neither . nor .. alone',
    ])
  })
})
