import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import fc from 'fast-check'
import { afterAll, beforeAll, vi } from 'vitest'
import { actionsOf } from './actions.js'
import { installPageGlobals } from './page-globals.js'
import { checkEnd, checkProperties, checkRequests } from './properties.js'
import { createWorld, people, type Setting, type World } from './world.js'

// A failure prints its seed and its trace: HOSTILE_SEED has it come again.
const { HOSTILE_SEED } = process.env
const seed = HOSTILE_SEED === undefined ? {} : { seed: Number(HOSTILE_SEED) }

/** Sets up an emulator in process for the tests of a file, a clock that can be moved, and pages. */
export function setUpModel(): () => Emulator {
  let emulator: Emulator
  let restoreGlobals: () => void
  beforeAll(async () => {
    restoreGlobals = installPageGlobals()
    vi.useFakeTimers({ toFake: ['Date'] })
    const users = people.map((name) => ({
      user_id: `auth0|${name}`,
      email: `${name}@example.test`,
      name,
      password: 'password',
    }))
    emulator = await createEmulator({ listen: false, tenant: { ...defaultTenant(), users } })
  })
  afterAll(async () => {
    restoreGlobals()
    vi.useRealTimers()
    await emulator.close()
  })
  return () => emulator
}

/** Chooses the next action of a trace; undefined ends it. */
export type Choose = (names: string[]) => string | undefined

/** Runs a trace on a new world, and checks the properties after every step. Throws with the trace if one is broken. */
export async function runTrace(
  emulator: Emulator,
  setting: Setting,
  choose: Choose,
): Promise<{ world: World; trace: string[] }> {
  vi.setSystemTime(vi.getRealSystemTime())
  const world = await createWorld(emulator, setting)
  const trace: string[] = []
  try {
    for (;;) {
      const actions = actionsOf(world)
      const name = choose(actions.map((action) => action.name))
      if (name === undefined) return { world, trace }
      const action = actions.find((one) => one.name === name)
      if (!action)
        throw new Error(`Impossible: ${name}. Possible: ${actions.map((one) => one.name)}`)
      trace.push(name)
      await action.run()
      await world.settled()
      checkRequests(world)
      checkProperties(world)
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${JSON.stringify({ setting, trace }, null, 1)}`, {
      cause: error,
    })
  }
}

/** Replays a trace by the names of its actions, and then lets the faults end. */
export async function replay(
  emulator: Emulator,
  setting: Setting,
  names: readonly string[],
): Promise<World> {
  let step = 0
  const { world } = await runTrace(emulator, setting, () => names[step++])
  await checkEnd(world)
  return world
}

/** The settings that random traces have. */
const settings = fc.record<Setting>({
  store: fc.constantFrom('sessionStorage', 'localStorage'),
  isUserTold: fc.constant(true),
  flows: fc.constantFrom(1, 2, 3),
  tabs: fc.constantFrom(1, 2),
  arePopupsUsed: fc.boolean(),
})

/** Runs random traces. */
export async function runRandomTraces(
  emulator: Emulator,
  { traces, length }: { traces: number; length: number },
): Promise<void> {
  const choices = fc.array(fc.nat(), { minLength: 1, maxLength: length, size: 'max' })
  const property = fc.asyncProperty(settings, choices, async (setting, numbers) => {
    let step = 0
    const { world, trace } = await runTrace(emulator, setting, (names) => {
      const number = numbers[step++]
      return number === undefined ? undefined : names[number % names.length]
    })
    await checkEnd(world).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify({ setting, trace }, null, 1)}`)
    })
  })
  await fc.assert(property, { numRuns: traces, ...seed })
}
