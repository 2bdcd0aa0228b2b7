import { createServer } from 'node:http'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'

/** What a test in the browser knows of an emulator that runs in Node. */
export interface StartedEmulator {
  url: string
  /** Bearer tokens for the My Account API. */
  tokens: { alice: string; bob: string }
  /** A page that is never answered, so that leaving for it takes for ever. */
  slowPage: string
}

interface Running {
  emulator: Emulator
  stop(): Promise<void>
}

const running = new Map<string, Running>()

/** Starts an emulator, and a server that never responds. */
export async function startEmulator(): Promise<StartedEmulator> {
  const emulator = await createEmulator({ port: 0 })
  const [alice, bob] = [
    await accessTokenOf(emulator, 'alice'),
    await accessTokenOf(emulator, 'bob'),
  ]
  const slow = createServer(() => undefined).listen(0)
  const address = slow.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const stop = async () => {
    slow.closeAllConnections()
    slow.close()
    await emulator.close()
  }
  running.set(emulator.url, { emulator, stop })
  return { url: emulator.url, tokens: { alice, bob }, slowPage: `http://localhost:${port}/connect` }
}

/** Stops the emulator at this URL and the server beside it. */
export async function stopEmulator(url: string): Promise<void> {
  await find(url).stop()
}

/** What a person does at the provider of the emulator at this URL, from the connect page until the browser is sent back. */
export async function visitProvider(
  url: string,
  connectUrl: string,
  decision: 'allow' | 'cancel',
): Promise<string> {
  return (await find(url).emulator.consent(connectUrl, { decision })).href
}

function find(url: string): Running {
  const found = running.get(url)
  if (!found) throw new Error(`No emulator was started at ${url}`)
  return found
}

/** A token for the My Account API, of a user whom the default tenant has. */
export function accessTokenOf({ issueAccessToken }: Emulator, name: string): Promise<string> {
  return issueAccessToken({ user_id: `auth0|${name}` })
}
