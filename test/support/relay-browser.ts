import { Window } from 'happy-dom'

/**
 * A page for react-dom, which wants these before it is loaded: import this file first. Nothing else of a browser is put
 * in place, so that requests go out by Node's own `fetch`.
 */
const window = new Window()
const { document, navigator } = window
for (const [name, value] of Object.entries({ window, document, navigator })) {
  // Node itself has a navigator from 21 on, which cannot be assigned to.
  Object.defineProperty(globalThis, name, { value, configurable: true })
}
