import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { call } from '@connected-accounts/testing/sweep/outside'
import { stopClock } from '@connected-accounts/testing/sweep/time'
import { watchCrypto, watchFetch } from '@connected-accounts/testing/sweep/watch'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, beforeAll, vi } from 'vitest'
import { createElicitations } from '../../src/agents/index.js'
import type { ServerClient, SessionStore } from '../../src/index.js'
import { emulatedConnections } from '../provider-server.js'
import { createServer, createVisitor, keepCookies, redirectUri, type Visitor } from '../visitor.js'

/** Sets up a tenant for the tests of a file, and stops the clock. Everything that leaves the packages' code is watched. */
export function setUpTenant(): () => Emulator {
  let emulator: Emulator
  let stopWatching: () => void
  beforeAll(async () => {
    const tenant = tenantWithWeb(defaultTenant(), ({ refresh_token }) => {
      refresh_token.rotation_type = 'rotating'
      refresh_token.leeway = 0
    })
    emulator = await createEmulator({ listen: false, tenant })
    vi.stubGlobal('fetch', emulator.fetch)
    stopClock()
    stopWatching = watchCrypto()
  })
  afterAll(async () => {
    stopWatching()
    vi.restoreAllMocks()
    vi.useRealTimers()
    vi.unstubAllGlobals()
    await emulator.close()
  })
  return () => emulator
}

/** A grant that the tenant has carried out. */
export interface Grant {
  type: string
  /** The code or the refresh token. */
  credential: string
  status: number
}

/** Where sessions are kept. */
export interface Place {
  name: string
  /** True if a write that comes late can be undone by no other, so that it has to come before the lock is free. */
  isOpenToLateWrites?: boolean
  /** Waits until a lock is free that was not released. */
  untilFree?: () => Promise<void>
  /** Creates what the machines of one world share. Returns what makes the `sessions` option of each machine. */
  share(): () => SessionStore | undefined
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** A fresh tenant, and two machines of an application, or one if sessions are in cookies. */
export async function createWorld(emulator: Emulator, { share }: Place) {
  emulator.reset()
  const grants: Grant[] = []
  const sessionsOf = share()
  const create = () => {
    const sessions = sessionsOf()
    const server = createServer(emulator, {
      ...(sessions && { sessions }),
      timeout: 10_000,
      connections: emulatedConnections(emulator),
      fetch: watchFetch(async (request) => {
        const body = request.method === 'POST' ? await request.clone().text() : ''
        const response = await emulator.fetch(request)
        if (request.url.endsWith('/oauth/token')) grants.push(grantOf(body, response))
        return response
      }),
    })
    createElicitations(server, { url: new URL('/elicitation', redirectUri).href }) // hears of each account
    return server
  }
  const one = create()
  const isShared = sessionsOf() !== undefined
  return { emulator, grants, one, other: isShared ? create() : one, isShared }
}

function grantOf(body: string, { status }: Response): Grant {
  const fields = new URLSearchParams(body)
  const credential = fields.get('code') ?? fields.get('refresh_token') ?? ''
  return { type: fields.get('grant_type') ?? '', credential, status }
}

/** A browser that may not receive a response. */
export function createBrowser(emulator: Emulator): Visitor {
  const visitor = createVisitor(emulator.url)
  visitor.request = async (work) => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = new Headers(cookie ? { cookie } : {})
    const response = { headers: new Headers() }
    const done = work({ request: new Request(redirectUri, { headers }), response })
    await Promise.allSettled([done])
    await call('the browser gets the answer', () => keepCookies(visitor.cookies, response.headers))
    return done
  }
  return visitor
}

/** Starts a login, and lets a person log in at the tenant. Returns the callback URL. */
export async function comeBackFromLogin(
  server: ServerClient,
  browser: Visitor,
  email?: string,
): Promise<URL> {
  // The tenant may know another person in this browser.
  const options = { authorizationParams: { prompt: 'login' } }
  const url = await browser.request((store) => server.startInteractiveLogin(options, store))
  return browser.logIn(url, email)
}

/** Logs a person in. */
export async function logIn(server: ServerClient, browser: Visitor, email?: string): Promise<void> {
  const callbackUrl = await comeBackFromLogin(server, browser, email)
  await browser.request((store) => server.completeInteractiveLogin(callbackUrl, store))
}
