import { setupServer } from 'msw/node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import document from '../src/generated/my-account.json' with { type: 'json' }
import { createEmulator } from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'
import { createContractChecker } from './contract.js'
import { myAccountCases, type Shell } from './my-account-cases.js'

/** A shell that runs, and what ends it. */
export interface RunningShell extends Shell {
  close(): Promise<void> | void
}

/** Over HTTP, to a free port. */
export async function listen(): Promise<RunningShell> {
  const emulator = await createEmulator({ port: 0 })
  return { emulator, send: (request) => fetch(request), close: () => emulator.close() }
}

/** By `emulator.fetch`, without a socket. */
export async function stayInProcess(): Promise<RunningShell> {
  const emulator = await createEmulator({ listen: false })
  return { emulator, send: (request) => emulator.fetch(request), close: () => emulator.close() }
}

/** By the global `fetch`, which msw takes in Node. */
export async function intercept(): Promise<RunningShell> {
  const emulator = await createMswEmulator()
  const server = setupServer(...emulator.handlers)
  server.listen()
  return { emulator, send: (request) => fetch(request), close: () => server.close() }
}

/** Runs the contract suite of the My Account API through a shell. */
export function describeMyAccountApi(name: string, start: () => Promise<RunningShell>): void {
  describe(`my-account.yaml is what the My Account API answers ${name}`, () => {
    const checker = createContractChecker(document)
    const equal = (actual: unknown, expected: unknown) => expect(actual).toEqual(expected)
    let shell: RunningShell
    beforeAll(async () => {
      shell = await start()
    })
    beforeEach(() => shell.emulator.reset())
    afterAll(() => shell.close())
    it.each(myAccountCases)('%s', (_name, run) => run({ ...shell, checker, equal }))
  })
}
