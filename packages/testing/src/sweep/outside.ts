import { AsyncLocalStorage } from 'node:async_hooks'
import { onAwait } from './awaits.js'

/** What goes wrong with one call that leaves the code under test. */
export type Fault =
  /** Nothing happens, and the call rejects. */
  | 'fails'
  /** From this call on, all calls of the same name fail while the try lasts. */
  | 'keeps failing'
  /** What was asked for happens, and the call rejects. */
  | 'loses its answer'
  /** Nothing happens, and the call never ends. */
  | 'hangs'
  /** The call does not end while anybody waits for it. Then what was asked for happens after all. */
  | 'comes late'

/** Every way in which a call can go wrong. */
export const allFaults: readonly Fault[] = [
  'fails',
  'keeps failing',
  'loses its answer',
  'hangs',
  'comes late',
]

/** One call of a try. Calls are told apart by number, as calls that are made at once may change places. */
export interface Call {
  name: string
  /** Which of the calls of this name it is, from 1 on. */
  nth: number
}

/** One try of the code under test. */
export interface Try {
  /** The calls that have left the code under test, in their order. */
  readonly calls: Call[]
  /** The call that goes wrong, and how. */
  readonly faulty?: Call & { fault: Fault }
  /** Aborts the try at its `await` of this number, from 1 on. */
  readonly abortAt?: number
  readonly abort: AbortController
  /** How many `await`s were reached. */
  awaits: number
  /** True when nobody waits for the try any more. Its work in the background goes on. */
  isOver: boolean
  /** What would end the calls that hang. */
  readonly hanging: ((error: unknown) => void)[]
  /** Carries out the call that comes late. */
  arrive?: () => Promise<void>
}

const trying = new AsyncLocalStorage<Try | undefined>()
let underWay = 0

/** Runs work as a try. The calls that it leads to are numbered, also in the background. */
export function runInTry<T>(current: Try, work: () => T): T {
  return trying.run(current, work)
}

/** Returns the try whose code is running. */
export function currentTry(): Try | undefined {
  return trying.getStore()
}

/** True while something outside the code under test is at work. */
export function isOutsideBusy(): boolean {
  return underWay > 0
}

type Work<T> = () => T | Promise<T>

/** Does work outside the code under test, where calls have no numbers. */
async function doOutside<T>(work: Work<T>, isBusy: boolean): Promise<T> {
  const weight = isBusy ? 1 : 0
  underWay += weight
  try {
    return await trying.run(undefined, async () => work())
  } finally {
    underWay -= weight
  }
}

interface CallOptions {
  /** Makes the error of a call that fails. */
  error?: () => unknown
  /** False for work that may wait for the code under test, such as taking a lock that it holds. True by default. */
  isBusy?: boolean
}

/** Makes a call that leaves the code under test. It has the next number of the try, and goes wrong if the try says so. */
export async function call<T>(
  name: string,
  work: Work<T>,
  { error = () => new Error('the connection is closed'), isBusy = true }: CallOptions = {},
): Promise<T> {
  const current = trying.getStore()
  switch (current && faultOf(current, name)) {
    case 'fails':
    case 'keeps failing':
      throw error()
    case 'loses its answer':
      await doOutside(work, isBusy)
      throw error()
    case 'hangs':
      // What nothing can settle, nothing keeps alive: with it, whoever waits for it would be collected as garbage.
      return new Promise<never>((_, reject) => current?.hanging.push(reject))
    case 'comes late':
      return new Promise<T>((resolve, reject) => {
        if (current) current.arrive = () => doOutside(work, isBusy).then(resolve, reject)
      })
    default:
      return doOutside(work, isBusy)
  }
}

/** Numbers a call, and returns what goes wrong with it. */
export function faultOf({ calls, faulty, isOver }: Try, name: string): Fault | undefined {
  const nth = calls.filter((one) => one.name === name).length + 1
  calls.push({ name, nth })
  if (faulty?.name !== name) return undefined
  const isAffected =
    faulty.fault === 'keeps failing' ? nth >= faulty.nth && !isOver : nth === faulty.nth
  return isAffected ? faulty.fault : undefined
}

/** The `await`s that were reached in tries. */
export const reached = new Set<string>()

onAwait((site) => {
  const current = trying.getStore()
  if (!current) return
  reached.add(site)
  current.awaits += 1
  if (current.awaits === current.abortAt) current.abort.abort(new Error('The person has left.'))
})
