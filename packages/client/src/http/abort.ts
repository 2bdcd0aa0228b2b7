/** The longest time of a timer, in milliseconds: 24 days. `setTimeout` ends a longer one at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** The default of every `timeout`, in milliseconds. @internal */
export const DEFAULT_TIMEOUT = 30_000

/**
 * Returns an option that is a time in milliseconds.
 *
 * @throws {TypeError} if it is not a number above 0, or longer than a timer can wait. The message has its `name`.
 * @internal
 */
export function checkTimeout(timeout: number, name = 'timeout'): number {
  if (typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMER) return timeout
  throw new TypeError(
    `${name} must be a number of milliseconds above 0, and at most ${LONGEST_TIMER}.`,
  )
}

/** Makes the error of a time that is over. React Native has no DOMException: there it is an Error of the same name. */
function timeoutError(message: string): Error {
  const name = 'TimeoutError'
  return globalThis.DOMException
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name })
}

/** Waits for a promise; rejects with the signal's reason if that is aborted first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    // First, so that a rejection after the abort is not reported as unhandled.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
  })
}

/** Waits for some milliseconds; rejects with the signal's reason if that is aborted first. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  return unlessAborted(elapsed, signal).finally(() => clearTimeout(timer))
}

/**
 * Waits for a promise, but not longer than a deadline.
 *
 * @param milliseconds - How long to wait at most.
 * @throws {DOMException} `TimeoutError`, when the time is over. The work goes on, and its result is ignored.
 * @internal
 */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `No answer within ${milliseconds} ms. Try again, or allow more time.`
    timer = setTimeout(() => reject(timeoutError(message)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs work with an AbortController that also aborts when `signal` does, and with a `TimeoutError` when the time is over.
 *
 * @param options - `timeout` in milliseconds; without it the work may take as long as it likes.
 * @param work - It can start the time anew, after a pause in milliseconds.
 * @internal
 */
export async function withAbortController<T>(
  {
    signal,
    timeout = LONGEST_TIMER,
  }: { signal?: AbortSignal | null | undefined; timeout?: number },
  work: (controller: AbortController, startAnew: (pause: number) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  const end = () => {
    const message = `No result within ${timeout} ms. Try again, or allow more time.`
    controller.abort(timeoutError(message))
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const startAnew = (pause: number) => {
    clearTimeout(timer)
    if (timeout < LONGEST_TIMER) timer = setTimeout(end, timeout + pause)
  }
  startAnew(0)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  try {
    return await work(controller, startAnew)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
