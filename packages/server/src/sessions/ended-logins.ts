import { createMutex } from '@connected-accounts/client/internal'
import { acquire, type RefreshLock, release } from '../store/refresh-lock.js'
import { type Entries, entryKey, pause, unavailable } from '../store/shared-store.js'
import type { EndedLogin } from './session.js'
import { timeOf } from './session-entries.js'

/** How often one write is tried while other machines write, too. */
const MAX_REPLACES = 5
/** In milliseconds. */
const PAUSE = 100

/** Options of {@link createEnd}. */
export interface EndedLoginsOptions {
  /** Lets one machine at a time write, if the store has no compare-and-set. */
  lock: RefreshLock | undefined
  /** How long to wait for the lock, in milliseconds. */
  timeout: number
}

/** Returns the key of the entry that says up to which time the sessions of a user, or those of a `sid`, have ended. */
export function endKey(
  login: Pick<EndedLogin, 'clientId' | 'domain' | 'sid' | 'sub'>,
): Promise<string> {
  const { clientId, domain, sid, sub } = login
  const [claim, value] = sid === undefined ? ['sub', sub] : ['sid', sid]
  return entryKey(claim, clientId, domain, String(value))
}

/**
 * Creates the function that ends sessions without their cookies. Of several logouts the newest counts, in whichever order they
 * come, also at once at several machines: an older one must not let in a session that a later one has ended. Without a lock and
 * without compare-and-set that holds within this process only.
 */
export function createEnd(
  entries: Entries,
  { lock, timeout }: EndedLoginsOptions,
): (login: EndedLogin) => Promise<void> {
  const takeTurn = createMutex()
  return async (login) => {
    const key = await endKey(login)
    await takeTurn(key, async () => {
      const signal = AbortSignal.timeout(timeout)
      const held = await (lock && acquire(lock, key, { signal, timeout }))
      try {
        await replaceOlder(entries, key, login)
      } finally {
        if (held) await release(held)
      }
    })
  }
}

async function replaceOlder(
  entries: Entries,
  key: string,
  { endedAt, forgetAt }: EndedLogin,
): Promise<void> {
  for (let tries = 0; tries < MAX_REPLACES; tries += 1) {
    const before = await entries.get(key)
    if (before !== undefined && timeOf(before) >= endedAt) return
    if (await entries.replace(key, before, String(endedAt), forgetAt)) return
    await pause(PAUSE)
  }
  throw unavailable(new Error(`The store's replace() returned false ${MAX_REPLACES} times.`))
}
