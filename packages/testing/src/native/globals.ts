import { vi } from 'vitest'

/** What React Native lacks: the globals of a page, and what Hermes and React Native's own polyfills leave out. */
const MISSING = [
  'BroadcastChannel',
  'DOMException',
  'addEventListener',
  'crypto',
  'document',
  'history',
  'indexedDB',
  'localStorage',
  'location',
  'sessionStorage',
  'structuredClone',
]

/**
 * Takes away the globals that React Native does not have, among them Web Locks, and the bodies that its `fetch` cannot send.
 * Undo it with `vi.unstubAllGlobals()`.
 */
export function takeAwayGlobals(): void {
  for (const name of MISSING) vi.stubGlobal(name, undefined)
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('navigator', { product: 'ReactNative' })
  const hidden: unknown[] = ['any', 'timeout'] // React Native has had them since 0.87, and Hermes has not
  const get = (target: object, key: PropertyKey) =>
    hidden.includes(key) ? undefined : Reflect.get(target, key)
  vi.stubGlobal('AbortSignal', new Proxy(AbortSignal, { get }))
  const OwnRequest = globalThis.Request
  class NativeRequest extends OwnRequest {
    constructor(input: Request | string | URL, init: RequestInit = {}) {
      if (init.body && typeof init.body !== 'string') throw new TypeError('Unsupported body')
      super(input, init)
    }
  }
  vi.stubGlobal('Request', NativeRequest)
}
