import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Call, type Fault, runInTry, type Try } from './outside.js'
import { clearTimers, passTime, timersLeft, untilSettled } from './time.js'

/** How a try has ended. */
export type Outcome = { value: unknown } | { error: unknown }

/** A function under test, in a new world. */
export interface Scene {
  /** Calls the function. */
  attempt(signal: AbortSignal): Promise<unknown>
  /** What the same caller does after that. By default, it calls the function again. */
  again?: () => Promise<unknown>
  /** When a call that comes late does so: before the next try, or after it. After it by default. */
  late?: 'before' | 'after'
  /** What happens before another try after this error. By default, a second passes. */
  pause?: (error: unknown) => Promise<void>
  /** True if another try makes no sense after this error, and is not made. */
  isFinal?: (error: unknown) => boolean
  /**
   * Checks what must be true after all tries. It throws if it is not.
   *
   * @param outcomes How the tries have ended, the first one first.
   */
  check(outcomes: readonly Outcome[], first: Try): void | Promise<void>
}

/** What a sweep does. */
export interface Sweep {
  /** Creates a new world. */
  setUp: () => Promise<Scene>
  /** What goes wrong with each call. */
  faults: readonly Fault[]
  /** True to abort the function at each of its `await`s as well. The files must be compiled with `numberAwaits`. */
  aborts?: boolean
}

/** How long one try may take, in milliseconds: longer than every deadline of the packages. */
const LIMIT = 120_000
/** How many tries are made at most. */
const MAX_TRIES = 6
/** How often the tries of a plan are made at most, if the call is not made. */
const MAX_REPEATS = 5

/**
 * Calls a function again and again, each time in a new world in which another one of its calls goes wrong, until every call has
 * gone wrong in every way.
 *
 * @returns What is wrong, each with the call and its fault. Empty if all is well.
 */
export async function sweep({ setUp, faults, aborts = false }: Sweep): Promise<string[]> {
  const rehearsal = await perform(await setUp(), {})
  const { first } = rehearsal
  if (rehearsal.flaws.length > 0) return rehearsal.flaws.map((flaw) => `without a fault: ${flaw}`)
  if (first.calls.length === 0) return ['nothing was called']
  const plans: Plan[] = [
    ...first.calls.flatMap((call) => faults.map((fault) => ({ faulty: { ...call, fault } }))),
    ...(aborts ? Array.from({ length: first.awaits }, (_, index) => ({ abortAt: index + 1 })) : []),
  ].filter(isPossible)
  const flaws: string[] = []
  for (const plan of plans) {
    for (const flaw of await flawsOf(setUp, plan)) flaws.push(`${describePlan(plan)}: ${flaw}`)
  }
  return flaws
}

/** Makes the tries of a plan. Of two requests that run beside each other one may end before the other's call, so it is repeated. */
async function flawsOf(setUp: Sweep['setUp'], plan: Plan): Promise<string[]> {
  for (let times = 1; ; times += 1) {
    const { flaws } = await perform(await setUp(), plan)
    if (flaws[0] !== NOT_CALLED || times === MAX_REPEATS) return flaws
  }
}

type Plan = Pick<Try, 'faulty' | 'abortAt'>

/**
 * Leaves out what cannot happen. Web Crypto may refuse, but it does its work in this process, so no answer is lost or late; what it
 * does not decrypt was changed by somebody. Either an answer reaches the browser, or it does not.
 */
function isPossible({ faulty }: Plan): boolean {
  if (faulty?.name === 'crypto.subtle.decrypt()') return false
  return faulty?.fault === 'fails' || !/^(crypto\.|the browser)/.test(faulty?.name ?? '')
}

function describePlan({ faulty, abortAt }: Plan): string {
  return faulty ? `${faulty.name} ${faulty.fault} (#${faulty.nth})` : `abort at await ${abortAt}`
}

const createTry = (plan: Plan): Try => ({
  calls: [],
  awaits: 0,
  isOver: false,
  hanging: [],
  abort: new AbortController(),
  ...plan,
})

/** Makes the tries of a scene, the first one with a fault, and checks what comes of them. */
async function perform(scene: Scene, plan: Plan): Promise<{ first: Try; flaws: string[] }> {
  const first = createTry(plan)
  const flaws: string[] = []
  const unhandled = (error: unknown) =>
    flaws.push(`a rejection that nobody handles: ${textOf(error)}`)
  process.on('unhandledRejection', unhandled)
  try {
    await makeTries(scene, { first, plan, flaws })
    await nextTurn()
  } finally {
    process.off('unhandledRejection', unhandled)
    clearTimers()
  }
  return { first, flaws }
}

interface Run {
  first: Try
  plan: Plan
  flaws: string[]
}

async function makeTries(scene: Scene, { first, plan, flaws }: Run): Promise<void> {
  const outcomes: Outcome[] = []
  /** Makes one try. Returns its outcome, or undefined if it has not ended. */
  async function make(work: () => Promise<unknown>, current: Try): Promise<Outcome | undefined> {
    const result = runInTry(current, () => outcomeOf(work))
    const passed = await untilSettled(result, LIMIT)
    if (passed === undefined) {
      flaws.push(`try ${outcomes.length + 1} has not ended`)
      return undefined
    }
    if (passed > 0 && !plan.faulty && !plan.abortAt) flaws.push(UNSEEN)
    outcomes.push(await result)
    return result
  }

  const { attempt, again = () => attempt(new AbortController().signal), late = 'after' } = scene
  const { isFinal = () => false, pause = () => passTime(1000) } = scene
  const arrive = async () => first.arrive?.().catch(() => {})
  async function untilDone(): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const outcome = await make(again, createTry({}))
      if (!outcome || !('error' in outcome) || isFinal(outcome.error)) return
      await pause(outcome.error)
    }
  }

  await make(() => attempt(first.abort.signal), first)
  first.isOver = true
  if (plan.faulty && !first.calls.some((one) => isSame(one, plan))) flaws.push(NOT_CALLED)
  if (flaws.length > 0) return
  if (late === 'before') await arrive()
  await untilDone()
  if (first.arrive && late === 'after') {
    await arrive()
    await untilDone()
  }
  await passTime(LIMIT)
  if (timersLeft() > 0) flaws.push(`${timersLeft()} timers are left`)
  try {
    await scene.check(outcomes, first)
  } catch (error) {
    flaws.push(`${textOf(error)} (${outcomes.map(describe).join('; ')})`)
  }
}

const NOT_CALLED = 'it was not called'
const UNSEEN = 'it waits for time to pass, or for something that the sweep does not watch'

function isSame({ name, nth }: Call, { faulty }: Plan): boolean {
  return faulty?.name === name && faulty.nth === nth
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error }
  }
}

function describe(outcome: Outcome): string {
  return 'error' in outcome ? textOf(outcome.error) : 'success'
}

function textOf(error: unknown): string {
  const { name, code, status, message } = Object(error)
  return (
    [name, code, status, message]
      .filter((part) => part !== undefined)
      .join(' ')
      .split('\n')[0] ?? ''
  )
}
