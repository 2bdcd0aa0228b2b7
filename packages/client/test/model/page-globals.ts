import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, webcrypto } from 'node:crypto'

/** The globals of a browser that a page has for itself. */
export interface PageGlobals {
  readonly navigator: { locks: Pick<LockManager, 'request'>; onLine: boolean }
  readonly sessionStorage: Storage
  readonly localStorage: Storage
  readonly window: object
  readonly BroadcastChannel: unknown
  readonly setTimeout: (callback: (...args: unknown[]) => void, ms?: number) => number
  readonly clearTimeout: (timer: number) => void
}

const current = new AsyncLocalStorage<PageGlobals | undefined>()

/** Runs work as the script of a page: the globals of a browser are those of that page, also behind every `await`. */
export function runInPage<T>(page: PageGlobals, work: () => T): T {
  return current.run(page, work)
}

/** Runs work that belongs to no page, such as what the network and the tenant do. */
export function runOutsidePages<T>(work: () => T): T {
  return current.run(undefined, work)
}

/** Hashes at once, so that no work of a page is under way in another thread when the trace goes on. */
const pageCrypto = {
  getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => webcrypto.getRandomValues(bytes),
  subtle: {
    async digest(_algorithm: 'SHA-256', data: Uint8Array) {
      return new Uint8Array(createHash('sha256').update(data).digest()).buffer
    },
  },
}

/** Replaces the globals of a browser by those of the page whose script is running. Returns what puts them back. */
export function installPageGlobals(): () => void {
  const { navigator, crypto, BroadcastChannel, setTimeout, clearTimeout } = globalThis
  const ofPage = (get: (page: PageGlobals | undefined) => unknown) => ({
    get: () => get(current.getStore()),
  })
  const setPageTimeout = (...args: Parameters<PageGlobals['setTimeout']>) =>
    (current.getStore()?.setTimeout ?? setTimeout)(...args)
  const clearPageTimeout = (timer: number) =>
    (current.getStore()?.clearTimeout ?? clearTimeout)(timer)
  return replaceGlobals({
    navigator: ofPage((page) => page?.navigator ?? navigator),
    sessionStorage: ofPage((page) => page?.sessionStorage),
    localStorage: ofPage((page) => page?.localStorage),
    window: ofPage((page) => page?.window),
    BroadcastChannel: ofPage((page) => page?.BroadcastChannel ?? BroadcastChannel),
    crypto: ofPage((page) => (page ? pageCrypto : crypto)),
    setTimeout: { value: setPageTimeout, writable: true },
    clearTimeout: { value: clearPageTimeout, writable: true },
  })
}

function replaceGlobals(globals: Record<string, PropertyDescriptor>): () => void {
  const before = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  )
  for (const [name, descriptor] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { ...descriptor, configurable: true })
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else Reflect.deleteProperty(globalThis, name)
    }
  }
}
