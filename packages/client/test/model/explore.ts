import type { Emulator } from '@connected-accounts/emulator'
import fc from 'fast-check'
import { actionsOf } from './actions.js'
import type { Page } from './browser.js'
import { checkEnd } from './properties.js'
import { inTrace, replayTo, runTrace, type Stage } from './trace.js'
import type { Attempt, Setting, World } from './world.js'

// A failure prints its seed and its trace: HOSTILE_SEED has it come again.
const { HOSTILE_SEED } = process.env
const seed = HOSTILE_SEED === undefined ? {} : { seed: Number(HOSTILE_SEED) }

const settings = fc.record<Setting>({
  store: fc.constantFrom('sessionStorage', 'localStorage'),
  isUserTold: fc.boolean(),
  flows: fc.constantFrom(1, 2, 3),
  tabs: fc.constantFrom(1, 2),
  arePopupsUsed: fc.boolean(),
})

/** What brings a flow on its way is chosen more often, so that many flows get to their end. */
const isOnTheWay = / (starts|opens a popup|is answered|allows)/

function weighted(names: readonly string[]): string[] {
  return names.flatMap((name) => (isOnTheWay.test(name) ? Array<string>(5).fill(name) : [name]))
}

/** Runs random traces of at most this length. */
export async function runRandomTraces(
  emulator: Emulator,
  { traces, length }: { traces: number; length: number },
): Promise<void> {
  const choices = fc.array(fc.nat(), { minLength: 1, maxLength: length, size: 'max' })
  const property = fc.asyncProperty(settings, choices, async (setting, numbers) => {
    let step = 0
    await runTrace({ emulator, setting }, (names) => {
      const number = numbers[step++]
      const among = weighted(names)
      return number === undefined ? undefined : among[number % among.length]
    })
  })
  // runTrace shortens a trace by its actions, which says more than shorter numbers.
  await fc.assert(property, { numRuns: traces, endOnFailure: true, ...seed })
}

/** What an exploration reaches. */
export interface Exploration {
  /** How many different states it has seen. */
  states: number
  /** Whether no trace, however long, leads to another state. */
  isComplete: boolean
}

interface Bounds {
  /** The trace from which all traces go on. */
  from: readonly string[]
  /** How many actions more a trace has at most. */
  depth: number
  /** The actions to leave out, by their names. */
  without?: RegExp
}

/** Runs every trace within the bounds, breadth first, and the end of each. Goes on from a state only once. */
export async function explore(
  stage: Stage,
  { from, depth, without }: Bounds,
): Promise<Exploration> {
  const seen = new Set<string>()
  let frontier: string[][] = [[...from]]
  for (let length = 0; length <= depth; length += 1) {
    const next: string[][] = []
    for (const trace of frontier) {
      const names = await namesAfter(stage, trace, seen)
      next.push(...names.filter((name) => !without?.test(name)).map((name) => [...trace, name]))
    }
    if (next.length === 0) return { states: seen.size, isComplete: true }
    frontier = next
  }
  return { states: seen.size, isComplete: false }
}

/** Runs a trace and its end. Returns what can happen after it; nothing if its state was seen before. */
async function namesAfter(
  stage: Stage,
  trace: readonly string[],
  seen: Set<string>,
): Promise<string[]> {
  const world = await replayTo(stage, trace)
  const state = fingerprint(world)
  if (seen.has(state)) return []
  seen.add(state)
  const names = actionsOf(world).map(({ name }) => name)
  await inTrace(stage, trace, () => checkEnd(world))
  return names
}

/** Describes all of a world that decides what happens next, without what is random or only told the time. */
function fingerprint(world: World): string {
  const { tabs, popups, mallorys, flows, network, emulator } = world
  const now = Date.now()
  const text = JSON.stringify({
    tabs: [...tabs, ...popups, mallorys].map((tab) => ({
      name: tab.name,
      page: tab.page && pageState(world, tab.page),
      flow: world.atProvider.get(tab)?.number,
      storage: tab.sessionStorage,
    })),
    storage: [tabs[0]?.browser.localStorage, mallorys.browser.localStorage],
    flows: flows.map(({ callbacks, connected, endings, startedAt }) => ({
      callbacks,
      connected,
      endings: [...new Set(endings)].sort(),
      ages: [(now - startedAt.browser) / 1e5, (emulator.clock.now() - startedAt.tenant) / 1e5].map(
        Math.round,
      ),
    })),
    held: [...network.held].map((one) => [one.operation, one.body.state, one.isAwaited()]),
    circumstances: [world.user, world.areTokensSlow, network.areListsUp, world.timesAdvanced],
  })
  return flows
    .reduce(
      (plain, { state, connected, number }) =>
        plain
          .replaceAll(state, `state ${number}`)
          .replaceAll(state.slice(-8), `id ${number}`)
          .replaceAll(connected ?? 'none', `account ${number}`),
      text,
    )
    .replaceAll(/\d{13}/g, (time) => `in ${Math.round((Number(time) - now) / 1e5)}`)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a date')
    .replaceAll(/[\w-]{32,}/g, 'a secret')
}

function pageState({ attempts }: World, page: Page) {
  const calls = attempts.filter((one) => one.page === page)
  return [
    page.url,
    page.hasTimerWithin(60_000),
    calls.map(({ work, user, flow, outcome }) => [work, user, flow?.number, outcomeOf(outcome)]),
  ]
}

function outcomeOf(outcome: Attempt['outcome']): string | undefined {
  if (!outcome) return undefined
  return 'error' in outcome ? String(outcome.error) : 'a value'
}
