import { createServer } from 'node:http'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { browse, type ConsentAnswer } from '../../emulator/test/consent.js'
import { loginWithCode } from '../../emulator/test/login.js'

/** What a test in the browser knows of an emulator that runs in Node. */
export interface StartedEmulator {
  url: string
  /** Bearer tokens for the My Account API. */
  tokens: { alice: string; bob: string }
  /** A page that is never answered, so that leaving for it takes for ever. */
  slowPage: string
}

const closers = new Map<string, () => Promise<void>>()

/** Starts an emulator, logs Alice and Bob in, and starts a server that never answers. */
export async function startEmulator(): Promise<StartedEmulator> {
  const emulator = await createEmulator({ port: 0 })
  const [alice, bob] = [
    await accessTokenOf(emulator, 'alice'),
    await accessTokenOf(emulator, 'bob'),
  ]
  const slow = createServer(() => undefined).listen(0)
  const address = slow.address()
  const port = typeof address === 'object' ? address?.port : undefined
  closers.set(emulator.url, async () => {
    slow.closeAllConnections()
    slow.close()
    await emulator.close()
  })
  return { url: emulator.url, tokens: { alice, bob }, slowPage: `http://localhost:${port}/connect` }
}

/** Stops an emulator and the server beside it. */
export async function stopEmulator(url: string): Promise<void> {
  await closers.get(url)?.()
}

/** What a person does at the provider, from the connect page until the browser is sent back; answers that URL. */
export async function visitProvider(
  connectUrl: string,
  decision: NonNullable<ConsentAnswer['decision']>,
): Promise<string> {
  const { origin } = new URL(connectUrl)
  const fetchPage = (request: Request) => fetch(request, { redirect: 'manual' })
  const stop = (url: string) => new URL(url, origin).origin !== origin
  return (await browse(fetchPage, connectUrl, { decision, stop })).href
}

/** A token for the My Account API, of a user whom the default tenant has. */
export async function accessTokenOf(emulator: Emulator, name: string): Promise<string> {
  const tokens = await loginWithCode({
    emulator,
    client: emulator.clients.spa,
    user: { email: `${name}@example.test`, password: 'password' },
    audience: `${emulator.url}/me/`,
    scope: 'create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts',
  })
  return tokens.access_token
}
