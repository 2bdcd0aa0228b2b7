import type { Switches, SwitchesDuring } from '../switches.js'

/**
 * Stands in for `AsyncLocalStorage`, which browsers do not have: what is set while one call is answered is set for the others
 * that are answered at that moment, too.
 */
export function createSwitchesDuring(): SwitchesDuring {
  const stores = new Set<Partial<Switches>>()
  return {
    getStore: () => Object.assign({}, ...stores),
    async run(store, work) {
      stores.add(store)
      try {
        return await work()
      } finally {
        stores.delete(store)
      }
    },
  }
}
