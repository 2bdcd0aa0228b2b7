import { setImmediate as nextTurn } from 'node:timers/promises'
import { vi } from 'vitest'
import { isOutsideBusy } from './outside.js'

/** The timers of `AbortSignal.timeout`, which nobody can clear. */
const ofSignals = new Set<unknown>()

/** Stops the clock of this file. Only {@link untilSettled} and {@link passTime} move it. */
export function stopClock(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      ofSignals.delete(timer)
      controller.abort(new DOMException('The time is over.', 'TimeoutError'))
    }, milliseconds)
    ofSignals.add(timer)
    return controller.signal
  })
}

/** Forgets all timers. */
export function clearTimers(): void {
  vi.clearAllTimers()
  ofSignals.clear()
}

/** Returns how many timers and intervals are set, apart from those of `AbortSignal.timeout`. */
export function timersLeft(): number {
  return vi.getTimerCount() - ofSignals.size
}

/** How long something outside may be at work, in nanoseconds of the real clock. */
const LONGEST_WORK = 30_000_000_000n

/**
 * Waits until nothing goes on any more unless time passes.
 *
 * @throws {Error} if something outside does not end.
 */
export async function idle(): Promise<void> {
  const start = process.hrtime.bigint()
  for (let turns = 0; turns < 4; turns += 1) {
    await nextTurn()
    if (!isOutsideBusy()) continue
    turns = 0
    if (process.hrtime.bigint() - start > LONGEST_WORK) {
      throw new Error(
        'A call that the sweep watches does not end, though nothing is wrong with it.',
      )
    }
  }
}

/**
 * Waits until work has ended. When nothing else goes on, it moves the clock to the next timer.
 *
 * @param limit How much time may pass, in milliseconds.
 * @returns How much time has passed, in milliseconds. Undefined if the work has not ended.
 */
export async function untilSettled(
  work: Promise<unknown>,
  limit: number,
): Promise<number | undefined> {
  const start = Date.now()
  let hasEnded = false
  const end = () => {
    hasEnded = true
  }
  work.then(end, end)
  for (;;) {
    await idle()
    const passed = Date.now() - start
    if (hasEnded) return passed
    if (vi.getTimerCount() === 0 || passed > limit) return undefined
    vi.advanceTimersToNextTimer()
  }
}

/** Lets time pass, in milliseconds. */
export async function passTime(milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds
  for (;;) {
    await idle()
    const before = Date.now()
    if (before >= end || vi.getTimerCount() === 0) return
    vi.advanceTimersToNextTimer()
  }
}
