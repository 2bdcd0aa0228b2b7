import { unlessAborted } from '@connected-accounts/client/internal'

/**
 * Does the work for each value, up to `limit` at once, and asks for no more values than it can work on.
 *
 * @param work - If it rejects, it must abort the signal, because its errors are ignored here.
 * @throws the signal's reason, when it is aborted and the work that was under way has ended.
 */
export async function forEach<T>(
  values: AsyncIterable<T>,
  { limit, signal }: { limit: number; signal: AbortSignal },
  work: (value: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const iterator = values[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal)
      if (next.done) break
      const one: Promise<void> = work(next.value)
        .catch(() => {})
        .then(() => void running.delete(one))
      running.add(one)
      if (running.size >= limit) await unlessAborted(Promise.race(running), signal)
    }
  } finally {
    await Promise.all(running)
    if (signal.aborted) close(iterator)
  }
  signal.throwIfAborted()
}

/** Lets the source of the values clean up. It is not waited for, because a `next` may hang. */
function close(iterator: AsyncIterator<unknown>): void {
  Promise.resolve(iterator.return?.()).catch(() => {})
}
