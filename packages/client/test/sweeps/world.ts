import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { call, currentTry, type Try } from '@connected-accounts/testing/sweep/outside'
import { stopClock } from '@connected-accounts/testing/sweep/time'
import { watch, watchCrypto, watchFetch, watchLocks } from '@connected-accounts/testing/sweep/watch'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { afterAll, beforeAll, vi } from 'vitest'
import { createDpop } from '../../src/dpop/create-dpop.js'
import { fromProver } from '../../src/dpop/from-prover.js'
import type { Dpop, Fetch } from '../../src/index.js'
import { createLocks } from '../model/locks.js'
import { es256 } from '../refreshing.js'

export const redirectUri = 'http://localhost:3000/callback'

/** What stands still while the tests of a file run. */
export interface Stage {
  /** A tenant in this process that rotates refresh tokens and takes none twice. */
  emulator: Emulator
  keyPair: CryptoKeyPair
  /** The thumbprint of the key. */
  jkt: string
}

/** Sets up a tenant for the tests of a file, and stops the clock. Everything that leaves the package's code is watched. */
export function setUpStage(): () => Stage {
  let stage: Stage
  let stopWatching: () => void
  beforeAll(async () => {
    const { clients, apis } = defaultTenant()
    const rotating = { rotation_type: 'rotating', leeway: 0 } as const // the type's literal
    for (const { refresh_token } of clients) Object.assign(refresh_token, rotating)
    const emulator = await createEmulator({ listen: false, tenant: { clients, apis } })
    const keyPair = await es256()
    const jkt = await calculateJwkThumbprint(await exportJWK(keyPair.publicKey))
    stage = { emulator, keyPair, jkt }
    vi.stubGlobal('fetch', emulator.fetch)
    stopClock()
    stopWatching = watchCrypto()
  })
  afterAll(async () => {
    stopWatching()
    vi.restoreAllMocks()
    vi.useRealTimers()
    vi.unstubAllGlobals()
    await stage.emulator.close()
  })
  return () => stage
}

/** A request that was sent to the tenant. */
export interface Sent {
  path: string
  /** The parameters of its form or its JSON. */
  body: Record<string, unknown>
  /** Undefined while the tenant has not answered, also if it never got the request. */
  status?: number
  /** The try in which it was sent. */
  by: Try | undefined
}

export type Tab = Awaited<ReturnType<typeof openTab>>

/** A browser tab on a fresh tenant: its Web Locks, its prover, and what it has sent to the tenant. */
export async function openTab({ emulator, keyPair }: Stage) {
  emulator.reset()
  const held = new Set<string>()
  const request = createLocks<string>().requestOf(() => 'this tab')
  const counted = (name: string, options: LockOptions, work: LockGrantedCallback<unknown>) =>
    request(name, options, async (lock) => {
      held.add(name)
      try {
        return await work(lock)
      } finally {
        held.delete(name)
      }
    })
  const locks = { request: watchLocks(counted as LockManager['request']) } // the package always passes options
  vi.stubGlobal('navigator', { locks })
  const sent: Sent[] = []
  /** The end of a path. The next answer from there gets lost. */
  const network: { losesNext?: string } = {}
  const fetch = recorded(emulator, { sent, network })
  return { held, sent, network, fetch, dpop: await watchedProver(keyPair) }
}

function recorded(
  emulator: Emulator,
  { sent, network }: { sent: Sent[]; network: { losesNext?: string } },
): Fetch {
  const open = new Map<string, Sent>()
  const send = watchFetch(async (request) => {
    const text = await request.clone().text()
    const response = await emulator.fetch(request)
    const entry = open.get(text)
    if (entry) entry.status = response.status
    return response
  })
  return async (request) => {
    const text = await request.clone().text()
    const { pathname: path } = new URL(request.url)
    const entry: Sent = { path, body: fieldsOf(text), by: currentTry() }
    sent.push(entry)
    open.set(text, entry)
    const response = await send(request)
    if (network.losesNext === undefined || !path.endsWith(network.losesNext)) return response
    delete network.losesNext
    throw new TypeError('fetch failed')
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  return text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
}

/** A prover that keeps its nonces elsewhere. Each of its methods is a call, and what it does with Web Crypto as well. */
async function watchedProver(keyPair: CryptoKeyPair): Promise<Dpop> {
  const { generateProof, getClockOffset, setClockOffset } = await createDpop({ keyPair })
  const nonces = new Map<string, string>()
  return fromProver({
    ...(getClockOffset && { getClockOffset }),
    ...(setClockOffset && { setClockOffset }),
    async generateProof(request) {
      await call('prover.generateProof()', () => {})
      return generateProof(request)
    },
    ...watch('prover', {
      isEnabled: () => true,
      getNonce: (origin: string) => nonces.get(origin),
      setNonce: (origin: string, nonce: string) => void nonces.set(origin, nonce),
    }),
  })
}

/** Logs Alice in with the key. Returns the place in which the application keeps her refresh token. */
export async function logIn({ emulator, keyPair }: Stage) {
  const login = { emulator, client: emulator.clients.spa, dpop: keyPair }
  const { refresh_token = '' } = await loginWithCode(login)
  const kept = { refreshToken: refresh_token }
  const storage = watch('application', {
    refreshToken: () => kept.refreshToken,
    onRefreshToken: (refreshToken: string) => {
      kept.refreshToken = refreshToken
    },
  })
  return { kept, storage }
}
