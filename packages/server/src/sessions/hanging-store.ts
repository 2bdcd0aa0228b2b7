import { within } from '@connected-accounts/client/internal'
import { unavailable } from '../store/shared-store.js'
import type { SessionStore } from './session.js'

/**
 * Returns a store whose operations end in time, also if those of the given store hang.
 *
 * @param timeout - How long one operation may take, in milliseconds. Then it rejects with `store_unavailable`.
 */
export function withinTimeout(store: SessionStore, timeout: number): SessionStore {
  async function inTime<T>(operation: Promise<T>): Promise<T> {
    try {
      return await within(operation, timeout)
    } catch (error) {
      const isLate = error instanceof DOMException && error.name === 'TimeoutError'
      throw isLate ? unavailable(error) : error
    }
  }
  const { connectionTokens, end, findByUser, flows } = store
  return {
    get: (cookie) => inTime(store.get(cookie)),
    set: (cookie, session) => inTime(store.set(cookie, session)),
    delete: (cookie) => inTime(store.delete(cookie)),
    runAlone: (id, work, options) => store.runAlone(id, work, options),
    ...(end && { end: (login) => inTime(end.call(store, login)) }),
    ...(findByUser && { findByUser: (owner) => inTime(findByUser.call(store, owner)) }),
    ...(connectionTokens && { connectionTokens }),
    ...(flows && { flows }),
  }
}
