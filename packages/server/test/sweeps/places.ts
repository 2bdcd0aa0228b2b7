import { watch, watchLock } from '@connected-accounts/testing/sweep/watch'
import { type SharedStore, sharedSessions } from '../../src/index.js'
import { memoryLock, memoryStore } from '../shared.js'
import type { Place } from './world.js'

/** Sessions in cookies. */
export const cookies: Place = { name: 'cookies', share: () => () => undefined }

/** Sessions in a Keyv, which has no compare-and-set. */
export const keyv: Place = {
  name: 'a Keyv',
  isOpenToLateWrites: true,
  share: () => shared(memoryStore().keyv),
}

/** Sessions in a Keyv with a `replace`. */
export const keyvWithReplace: Place = {
  name: 'a Keyv with compare-and-set',
  share() {
    const { keyv: store } = memoryStore()
    return shared({
      get: (key) => store.get(key),
      set: (key, value, ttl) => store.set(key, value, ttl),
      delete: (key) => store.delete(key),
      async replace(key, expected, value, ttl) {
        if ((await store.get(key)) !== expected) return false
        return store.set(key, value, ttl)
      },
    })
  },
}

function shared(store: SharedStore) {
  const lock = watchLock(memoryLock())
  return () => sharedSessions(watch('store', store), { lock, timeout: 1000 })
}
