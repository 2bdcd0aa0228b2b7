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
    const error = new DOMException('No answer in time.', 'TimeoutError')
    timer = setTimeout(() => reject(error), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** `setTimeout` ends a longer time at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Runs work with an AbortController that also aborts when `signal` does, and with a `TimeoutError` when the time is over.
 *
 * @param options - `timeout` in milliseconds; without it the work may take as long as it likes.
 * @internal
 */
export async function withAbortController<T>(
  { signal, timeout = LONGEST_TIMER }: { signal?: AbortSignal | undefined; timeout?: number },
  work: (controller: AbortController) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  const end = () => {
    controller.abort(new DOMException(`No result after ${timeout} ms.`, 'TimeoutError'))
  }
  const timer = timeout < LONGEST_TIMER ? setTimeout(end, timeout) : undefined
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  try {
    return await work(controller)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
