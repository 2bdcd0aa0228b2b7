import { call, currentTry, faultOf } from './outside.js'

type Method = (...args: unknown[]) => unknown

/**
 * Watches an object that is given to the code under test, such as a store: each call of a method is a call that leaves it. The
 * methods become asynchronous.
 */
export function watch<T extends object>(name: string, given: T): T {
  return new Proxy(given, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function' || typeof key !== 'string') return method
      return (...args: unknown[]) =>
        call(`${name}.${key}()`, () => Reflect.apply(method as Method, target, args)) // a function, as was checked
    },
  })
}

const networkError = () => new TypeError('fetch failed')
const bodyError = () => new TypeError('terminated')

/**
 * Watches a `fetch`. The answer and its body are further calls. It ignores the signal of a request once it was sent, because
 * a custom `fetch` may do that.
 */
export function watchFetch(send: (request: Request) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const { method, url, headers, signal } = request
    const body = method === 'GET' || method === 'DELETE' ? null : await request.text()
    signal.throwIfAborted()
    const name = `${method} ${new URL(url).pathname.replace(/cac_\w+/, '{id}')}`
    const exchange = async () => {
      const response = await send(new Request(url, { method, headers, body, redirect: 'manual' }))
      return { response, text: await response.text() }
    }
    const { response, text } = await call(name, exchange, { error: networkError })
    const { status } = response
    return new Response(status === 204 ? null : streamOf(text, `the body of ${name}`), {
      status,
      headers: response.headers,
    })
  }
}

/** A body that is read in one piece, when somebody asks for it. */
function streamOf(text: string, name: string): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await call(name, () => new TextEncoder().encode(text), {
          error: bodyError,
        })
        if (bytes.length > 0) controller.enqueue(bytes)
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** How long somebody else has a lock if the request for it hangs, in milliseconds. */
const HELD_BY_OTHERS = 40_000

/**
 * Watches `navigator.locks.request`. A request fails as in a page that may have no locks. If it hangs, another tab has the lock
 * for 40 seconds.
 */
export function watchLocks(request: LockManager['request']): LockManager['request'] {
  const watched = async (
    name: string,
    options: LockOptions,
    work: LockGrantedCallback<unknown>,
  ) => {
    const current = currentTry()
    const fault = current && faultOf(current, 'navigator.locks.request()')
    if (fault && fault !== 'hangs' && fault !== 'comes late') {
      throw new DOMException('The request was denied.', 'SecurityError')
    }
    if (fault) {
      const othersEnd = () => new Promise((resolve) => setTimeout(resolve, HELD_BY_OTHERS))
      void request(name, {}, () => othersEnd())
    }
    return request(name, options, work)
  }
  return watched as LockManager['request'] // the package always passes options
}

/** A lock of the server package, as `RefreshLock` describes it. */
interface Lock {
  acquire(key: string, options: { signal: AbortSignal }): Promise<Held>
}

interface Held {
  isHeld(): boolean | Promise<boolean>
  release(): Promise<void>
}

/** After how long a lock is free that was not released, in milliseconds. */
const LEASE = 10_000

/** Watches a lock of the server package: taking, asking and releasing it are calls. A lock whose answer is lost is free again. */
export function watchLock(lock: Lock): Lock {
  return {
    async acquire(key, options) {
      let taken: Held | undefined
      try {
        const take = async () => {
          taken = await lock.acquire(key, options)
          return taken
        }
        const held = await call('lock.acquire()', take, { isBusy: false })
        taken = undefined
        return {
          isHeld: () => call('lock.isHeld()', () => held.isHeld()),
          async release() {
            const end = setTimeout(() => void held.release(), LEASE)
            await call('lock.release()', () => held.release())
            clearTimeout(end)
          },
        }
      } finally {
        await taken?.release()
      }
    },
  }
}

const CRYPTO = ['decrypt', 'deriveKey', 'digest', 'encrypt', 'exportKey', 'importKey'] as const
const MORE_CRYPTO = ['generateKey', 'sign', 'verify'] as const

/** Watches Web Crypto. Returns what puts the original methods back. */
export function watchCrypto(): () => void {
  const { subtle } = crypto
  const names = [...CRYPTO, ...MORE_CRYPTO]
  for (const name of names) {
    const method = subtle[name].bind(subtle) as Method // the same arguments are passed on
    const watched = (...args: unknown[]) =>
      currentTry()
        ? call(`crypto.subtle.${name}()`, () => method(...args), { error: cryptoError })
        : method(...args)
    Object.defineProperty(subtle, name, { value: watched, configurable: true })
  }
  return () => {
    for (const name of names) Reflect.deleteProperty(subtle, name)
  }
}

const cryptoError = () => new DOMException('The operation failed.', 'OperationError')
