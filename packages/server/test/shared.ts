import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { Keyv } from 'keyv'
import {
  type RefreshLock,
  type ServerClient,
  type SharedStore,
  sharedSessions,
} from '../src/index.js'
import { createServer, type Visitor } from './visitor.js'

/** The API that tokens are asked for. */
export const audience = 'https://api.example.test/'

/** The tenant that the emulator starts with, and a client `staging`, which is like `web`. */
export function tenantWithStaging(): ReturnType<typeof defaultTenant> {
  const tenant = defaultTenant()
  return tenantWithWeb(tenant, (web) => void tenant.clients.push({ ...web, client_id: 'staging' }))
}

/** An emulator that rotates refresh tokens and takes none twice. */
export function rotatingEmulator(): Promise<Emulator> {
  const tenant = tenantWithWeb(tenantWithStaging(), ({ refresh_token }) => {
    refresh_token.rotation_type = 'rotating'
    refresh_token.leeway = 0
  })
  return createEmulator({ port: 0, tenant })
}

/** A Keyv in memory, and what it has. */
export function memoryStore() {
  const kept = new Map<string, string>()
  return { kept, keyv: new Keyv({ store: kept, throwOnErrors: true }) }
}

/** A lock of this process, for all that share it. */
export function memoryLock(): RefreshLock {
  const last = new Map<string, Promise<void>>()
  return {
    async acquire(key, { signal }) {
      const before = last.get(key)
      let release = () => {}
      last.set(key, new Promise((resolve) => (release = resolve)))
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
      await Promise.race([before, aborted]).catch((error) => {
        before?.then(release)
        throw error
      })
      return { isHeld: () => true, release: async () => release() }
    },
  }
}

type MachineOptions = {
  store?: SharedStore
  lock?: RefreshLock
  /** The `timeout` of the server clients, in milliseconds. */
  patience?: number
  /** The `timeout` of the store, in milliseconds. */
  timeout?: number
  refreshTokens?: 'non-rotating'
  send?: (request: Request) => Promise<Response>
}

/** As many server clients as there are machines, which share a store and a lock. */
export function createMachines(emulator: Emulator, options: MachineOptions = {}) {
  const { store = memoryStore().keyv, send = fetch, timeout = 1000 } = options
  const { lock = memoryLock(), patience, refreshTokens } = options
  const sharing = refreshTokens ? { refreshTokens } : { lock }
  const grants: string[] = []
  const create = () =>
    createServer(emulator, {
      sessions: sharedSessions(store, { timeout, ...sharing }),
      timeout: patience,
      async fetch(request) {
        const sent = request.method === 'POST' ? await request.clone().text() : ''
        if (request.url.endsWith('/oauth/token')) {
          grants.push(new URLSearchParams(sent).get('grant_type') ?? '')
        }
        return send(request)
      },
    })
  return { one: create(), other: create(), third: create(), grants }
}

/** True if a request sends a refresh token. */
export const isRefresh = async (request: Request) =>
  request.url.endsWith('/oauth/token') &&
  (await request.clone().text()).includes('grant_type=refresh_token')

/** Sends requests, and calls `then` when the tenant has answered a refresh. */
export const afterRefresh = (then: () => unknown) => async (request: Request) => {
  const isOne = await isRefresh(request)
  const answer = await fetch(request)
  if (isOne) await then()
  return answer
}

/** An access token of this browser's user. */
export const tokenAt = (server: ServerClient, visitor: Visitor, options = {}) =>
  visitor.request((store) => server.getAccessToken({ audience, ...options }, store))

/** Creates a gate that is closed at first. `reached` resolves when a caller waits at the gate. */
export function createGate() {
  let open = () => {}
  let reach = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  const reached = new Promise<void>((resolve) => (reach = resolve))
  const pass = () => {
    reach()
    return opened
  }
  return { pass, reached, open: () => open() }
}
