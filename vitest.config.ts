import { defineConfig } from 'vitest/config'
import { relayTags } from './test/support/relay-tags.js'

export default defineConfig({
  plugins: [relayTags],
  resolve: {
    // graphql-js comes in two builds. Vite would give our files the one of ES modules while Node gives libraries the
    // other, and each refuses what the other made. In production Node gives everybody the same.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Against what hangs, not against what is slow: the longest takes 40 s on two idle cores.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
