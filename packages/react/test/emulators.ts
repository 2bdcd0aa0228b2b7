import type { ConnectedAccount } from '@connected-accounts/client'
import type { FaultOperation } from '@connected-accounts/emulator'
import { createEmulator } from '@connected-accounts/emulator/msw'
import { startWorker } from '@connected-accounts/testing/msw/worker'
import { commands } from 'vitest/browser'
import type { StartedEmulator } from './emulator.js'

/** An emulator for the tests of a file, wherever it runs. */
export interface RunningEmulator {
  url: string
  /** Bearer tokens for the My Account API. */
  tokens: StartedEmulator['tokens']
  /** A page that is never answered, if it has pages. */
  slowPage?: string
  seed(request: { user_id: string; connection: string; count: number }): Promise<ConnectedAccount[]>
  failNext(operation: FaultOperation, status: number): Promise<void>
  /** Does what a person does at the provider, from the connect page on; returns the URL that the browser is sent back to. */
  consent(connectUrl: string, decision: 'allow' | 'cancel'): Promise<string>
  reset(): Promise<void>
  stop(): Promise<void>
}

/** In this page, behind msw: for this page alone, and with nothing to navigate to. */
export async function startInPage(): Promise<RunningEmulator> {
  const emulator = await createEmulator()
  const stop = await startWorker(emulator.handlers)
  const { url, seed, issueAccessToken } = emulator
  const [alice, bob] = [
    await issueAccessToken({ user_id: 'auth0|alice' }),
    await issueAccessToken({ user_id: 'auth0|bob' }),
  ]
  return {
    url,
    tokens: { alice, bob },
    seed,
    failNext: async (operation, status) => emulator.failNext(operation, { status }),
    consent: async (connectUrl, decision) =>
      (await emulator.consent(connectUrl, { decision })).href,
    reset: async () => emulator.reset(),
    stop: async () => stop(),
  }
}

/** In Node, over HTTP: with pages, for several tabs, and with CORS. */
export async function startOverHttp(): Promise<RunningEmulator> {
  const started = await commands.startEmulator()
  const { url } = started
  const control = async (what: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${url}/_emulator/${what}`, init)
    if (!response.ok) throw new Error(`${what}: ${await response.text()}`)
    return response
  }
  return {
    ...started,
    seed: async (request) => (await (await control('accounts', request)).json()).accounts,
    failNext: async (operation, status) => void (await control('faults', { operation, status })),
    consent: (connectUrl, decision) => commands.visitProvider(url, connectUrl, decision),
    reset: async () => void (await control('reset', {})),
    stop: () => commands.stopEmulator(url),
  }
}
