import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, beforeAll } from 'vitest'
import { type Listening, listen } from '../src/server/listen.js'
import { createServer } from '../src/server/server.js'
import type { Settings } from '../src/server/settings.js'

/** The demo's API on an emulator, and a person who is logged in with a key. */
export interface ApiServer {
  emulator: Emulator
  settings: Settings
  /** `/api/events` of the demo. */
  url: string
  keyPair: KeyPair
  /** An access token of the API that is bound to the key. */
  token: string
  /** A valid proof for `GET url`. */
  prove(token?: string): Promise<string>
  /** `GET url` with these headers. */
  get(headers?: Record<string, string>): Promise<Response>
}

const appFolder = new URL('../src/app', import.meta.url).pathname

/** Serves the demo with these settings on a free port. */
export function serveDemo(settings: Settings): Promise<Listening> {
  return listen(0, (origin) => {
    const server = createServer({ settings, origin, appFolder })
    return (request) => server.fetch(request)
  })
}

/** Runs the API for the tests of a file. */
export function setUpApi(): () => ApiServer {
  let api: ApiServer
  let demo: Listening
  beforeAll(async () => {
    const emulator = await createEmulator({ port: 0 })
    const settings = settingsOf(emulator)
    demo = await serveDemo(settings)
    const url = `${demo.origin}/api/events`
    const keyPair = await generateKeyPair('ES256', { extractable: true })
    const { audience } = settings
    const client = emulator.clients.spa
    const { access_token: token } = await loginWithCode({
      emulator,
      client,
      audience,
      dpop: keyPair,
    })
    const prove = (of = token) => generateProof(keyPair, url, 'GET', undefined, of)
    const get = (headers: Record<string, string> = {}) => fetch(url, { headers })
    api = { emulator, settings, url, keyPair, token, prove, get }
  })
  afterAll(async () => {
    demo.close()
    await api.emulator.close()
  })
  return () => api
}

/** Settings with which the demo runs on an emulator. */
export function settingsOf({ url, clients }: Emulator): Settings {
  return {
    tenant: url,
    clientId: clients.spa.clientId,
    audience: clients.api.audience,
    apiClientId: clients.api.clientId,
    apiClientSecret: clients.api.clientSecret,
    calendarUrl: `${url}/upstream/google-oauth2/calendar/v3`,
  }
}
