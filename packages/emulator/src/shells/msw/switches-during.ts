import type { Switches, SwitchesDuring } from '../../faults/switches.js'

/**
 * Creates a replacement for `AsyncLocalStorage`, which browsers do not have. A switch that is set for one call also affects the
 * other calls that run at the same time.
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
