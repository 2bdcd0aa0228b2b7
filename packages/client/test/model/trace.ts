import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, vi } from 'vitest'
import { actionsOf } from './actions.js'
import { installPageGlobals } from './page-globals.js'
import { checkEnd, checkProperties, checkRequests } from './properties.js'
import { createWorld, people, type Setting, type World } from './world.js'

/** Sets up an emulator in process for the tests of a file, a clock that can be moved, and the globals of pages. */
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

/** Where traces run. */
export interface Stage {
  emulator: Emulator
  setting: Setting
}

/** Chooses the next action by its name; undefined ends the trace. */
export type Choose = (names: string[]) => string | undefined

/** Runs a trace on a new world, and checks the properties after every step. */
async function run({ emulator, setting }: Stage, choose: Choose, trace: string[]): Promise<World> {
  vi.setSystemTime(vi.getRealSystemTime())
  const world = await createWorld(emulator, setting)
  for (;;) {
    const actions = actionsOf(world)
    const names = actions.map((action) => action.name)
    const name = choose(names)
    if (name === undefined) return world
    const action = actions.find((one) => one.name === name)
    if (!action) throw new Error(`Impossible: ${name}. Possible: ${names.join(', ')}.`)
    trace.push(name)
    await action.run()
    await world.settled()
    checkRequests(world)
    checkProperties(world)
  }
}

/** Replays a trace by the names of its actions. */
export function replayTo(stage: Stage, names: readonly string[]): Promise<World> {
  let step = 0
  return inTrace(stage, names, () => run(stage, () => names[step++], []))
}

/** Replays a trace, lets the faults end, and checks what must come true then. */
export async function replay(stage: Stage, names: readonly string[]): Promise<World> {
  const world = await replayTo(stage, names)
  await inTrace(stage, names, () => checkEnd(world))
  return world
}

/** Adds a trace to what its work throws. */
export async function inTrace<T>(
  { setting }: Stage,
  trace: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`${cause}\n${JSON.stringify({ setting, trace }, null, 1)}`, { cause })
  }
}

/** Runs a trace and its end. An error has the shortest trace with this fault that leaving actions out leads to. */
export async function runTrace(stage: Stage, choose: Choose): Promise<void> {
  const trace: string[] = []
  try {
    await checkEnd(await run(stage, choose, trace))
  } catch (error) {
    const shortest = await shorten(stage, trace, faultOf(error))
    await inTrace(stage, shortest, () => Promise.reject(error))
  }
}

/** The first line of a message, without the numbers of flows, which are others in a shorter trace. */
function faultOf(error: unknown): string {
  return String(error)
    .replace(/\n[\s\S]*/, '')
    .replaceAll(/\d|^(Error: )+/g, '')
}

async function shorten(
  stage: Stage,
  trace: readonly string[],
  fault: string,
): Promise<readonly string[]> {
  for (const index of trace.keys()) {
    const shorter = trace.toSpliced(index, 1)
    const error = await replay(stage, shorter).catch((reason: unknown) => reason)
    if (faultOf(error) === fault) return shorten(stage, shorter, fault)
  }
  return trace
}
