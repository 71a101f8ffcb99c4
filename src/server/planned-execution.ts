import type { Plugin } from 'graphql-yoga'
import { createExecute } from '../graphql/execution/execute.js'

/** Has queries run from plans (src/graphql/execution); Yoga's own executor tells the errors and does the rest. */
export function usePlannedExecution(): Plugin {
  const execute = createExecute()
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => execute(args, executeFn))
    },
  }
}
