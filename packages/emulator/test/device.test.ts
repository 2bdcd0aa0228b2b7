import { browse } from '@connected-accounts/testing/person/consent'
import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { PKCE } from './context.js'

let emulator: Emulator
const redirect_uri = 'http://localhost:3000/connected'

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  emulator.switches.set({ myAccountNonce: 'optional' })
})

/** A device on which Alice has logged in, with this key if any. */
async function createDevice(dpop?: KeyPair) {
  const base = `${emulator.url}/me/v1/connected-accounts`
  const audience = `${emulator.url}/me/`
  const scope = 'offline_access create:me:connected_accounts'
  const login = { emulator, client: emulator.clients.spa, audience, scope, ...(dpop && { dpop }) }
  const first = await loginWithCode(login)
  const { refresh_token = '' } = first
  const post = async (path: string, body: object, token = first.access_token) => {
    const headers = {
      authorization: `${dpop ? 'DPoP' : 'Bearer'} ${token}`,
      'content-type': 'application/json',
      ...(dpop && {
        dpop: await generateProof(dpop, `${base}${path}`, 'POST', undefined, token),
      }),
    }
    return fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  return {
    /** What completes a flow that was started here. */
    async start() {
      const pkce = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' }
      const begun = await post('/connect', { connection: 'acme', redirect_uri, ...pkce })
      const { auth_session, connect_uri, connect_params } = await begun.json()
      const callback = await browse(
        (request) => fetch(request, { redirect: 'manual' }),
        `${connect_uri}?ticket=${connect_params.ticket}`,
        { stop: (url) => url.startsWith(redirect_uri) },
      )
      const connect_code = callback.searchParams.get('connect_code')
      return { auth_session, connect_code, redirect_uri, code_verifier: PKCE.verifier }
    },
    complete: (body: object, token?: string) => post('/complete', body, token),
    /** Another access token of the same login. */
    async refresh(): Promise<string> {
      const { body } = await requestToken(login, { grant_type: 'refresh_token', refresh_token })
      return body.access_token
    },
  }
}

type Device = Awaited<ReturnType<typeof createDevice>>

describe('The switch device', () => {
  const two = async (): Promise<Device[]> => [await createDevice(), await createDevice()]
  const twoKeys = async () => [
    await createDevice(await generateKeyPair('ES256')),
    await createDevice(await generateKeyPair('ES256')),
  ]
  const oneBound = async () => [
    await createDevice(await generateKeyPair('ES256')),
    await createDevice(),
  ]
  const oneKey = async () => {
    const key = await generateKeyPair('ES256')
    return [await createDevice(key), await createDevice(key)]
  }

  it.each([
    { where: 'another login session', devices: two, status: 404 },
    { where: 'another DPoP key', devices: twoKeys, status: 404 },
    { where: 'a session without the DPoP key', devices: oneBound, status: 404 },
    { where: 'another session with the same DPoP key', devices: oneKey, status: 201 },
  ])(
    'answers $status to complete in $where, which is otherwise 201',
    async ({ devices, status }) => {
      const [one, other] = await devices()
      if (!one || !other) throw new Error('There must be two devices')
      expect((await other.complete(await one.start())).status).toBe(201)
      emulator.switches.set({ device: 'same' })
      const body = await one.start()
      const answer = await other.complete(body)
      expect(answer.status).toBe(status)
      if (status === 201) return
      expect((await answer.json()).detail).toBe('Invalid or expired session')
      expect((await one.complete(body)).status).toBe(201)
    },
  )

  it('knows the session by any of its access tokens', async () => {
    emulator.switches.set({ device: 'same' })
    const device = await createDevice()
    const body = await device.start()
    expect((await device.complete(body, await device.refresh())).status).toBe(201)
  })
})
