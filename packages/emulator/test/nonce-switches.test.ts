import { loginWithCode } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator
let dpop: KeyPair

beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
  dpop = await generateKeyPair('ES256')
})

afterEach(() => emulator.close())

const nonceOf = (response: Response) => response.headers.get('dpop-nonce') ?? undefined
const challengeOf = (response: Response) =>
  /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1]

/** Someone with a bound token, who lists accounts with a proof of this nonce. */
async function createLister() {
  const audience = `${emulator.url}/me/`
  const login = { emulator, client: emulator.clients.spa, audience, dpop }
  const { access_token } = await loginWithCode({ ...login, scope: 'read:me:connected_accounts' })
  const url = `${emulator.url}/me/v1/connected-accounts/accounts`
  return async (nonce?: string) => {
    const proof = await generateProof(dpop, url, 'GET', nonce, access_token)
    const headers = { authorization: `DPoP ${access_token}`, dpop: proof }
    return fetch(url, { headers })
  }
}

/** Someone who refreshes with a proof of this nonce, as the public or the confidential client. */
async function createRefresher(kind: 'spa' | 'web') {
  const { clientId } = emulator.clients[kind]
  const client = emulator.clients[kind]
  const { refresh_token = '' } = await loginWithCode({ emulator, client, dpop })
  const url = `${emulator.url}/oauth/token`
  return async (nonce?: string) => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      ...(kind === 'web' && { client_secret: 'web-secret' }),
      refresh_token,
    })
    const headers = { dpop: await generateProof(dpop, url, 'POST', nonce) }
    return fetch(url, { method: 'POST', headers, body })
  }
}

describe('The switch myAccountNonce', () => {
  it('lets proofs do without a nonce, until it is set back', async () => {
    const list = await createLister()
    emulator.switches.set({ myAccountNonce: 'optional' })
    expect((await list()).status).toBe(200)
    emulator.switches.set({ myAccountNonce: 'required' })
    expect(challengeOf(await list())).toBe('use_dpop_nonce')
  })

  it('rotates: each answer has a new nonce, and each nonce works once', async () => {
    const list = await createLister()
    emulator.switches.set({ myAccountNonce: 'rotating' })
    const nonces = [nonceOf(await list())]
    for (let call = 0; call < 3; call += 1) {
      const answer = await list(nonces.at(-1))
      expect(answer.status).toBe(200)
      nonces.push(nonceOf(answer))
    }
    expect(new Set(nonces).size).toBe(4)
    const again = await list(nonces[0])
    expect([again.status, challengeOf(again)]).toEqual([401, 'invalid_dpop_nonce'])
    emulator.switches.set({ myAccountNonce: 'required' })
    const last = nonces.at(-1)
    expect([(await list(last)).status, (await list(last)).status]).toEqual([200, 200])
  })

  it('refuses every nonce as expired, until it is set back', async () => {
    const list = await createLister()
    const nonce = nonceOf(await list())
    emulator.switches.set({ myAccountNonce: 'expired' })
    const refused = await list(nonce)
    expect([refused.status, challengeOf(refused)]).toEqual([401, 'invalid_dpop_nonce'])
    expect((await list(nonceOf(refused))).status).toBe(401)
    emulator.switches.set({ myAccountNonce: 'required' })
    expect((await list(nonce)).status).toBe(200)
  })
})

describe('The switch tokenNonce', () => {
  it('asks confidential clients for a nonce, too, until it is set back', async () => {
    const refresh = await createRefresher('web')
    emulator.switches.set({ tokenNonce: 'all_clients' })
    const refused = await refresh()
    expect([refused.status, (await refused.json()).error]).toEqual([400, 'use_dpop_nonce'])
    expect((await refresh(nonceOf(refused))).status).toBe(200)
    emulator.switches.set({ tokenNonce: 'public_clients' })
    expect((await refresh()).status).toBe(200)
  })

  it('asks nobody for a nonce, until it is set back', async () => {
    const refresh = await createRefresher('spa')
    emulator.switches.set({ tokenNonce: 'optional' })
    expect((await refresh()).status).toBe(200)
    emulator.switches.set({ tokenNonce: 'public_clients' })
    expect((await (await refresh()).json()).error).toBe('use_dpop_nonce')
  })

  it('refuses every nonce, until it is set back', async () => {
    const refresh = await createRefresher('spa')
    emulator.switches.set({ tokenNonce: 'expired' })
    const refused = await refresh(nonceOf(await refresh()))
    expect([refused.status, (await refused.json()).error]).toEqual([400, 'use_dpop_nonce'])
    emulator.switches.set({ tokenNonce: 'public_clients' })
    expect((await refresh(nonceOf(refused))).status).toBe(200)
  })
})

describe('The switch tokenNonce as rotating', () => {
  it('has each answer bring a new nonce, and each nonce work once', async () => {
    const refresh = await createRefresher('spa')
    emulator.switches.set({ tokenNonce: 'rotating' })
    const nonces = [nonceOf(await refresh())]
    for (let call = 0; call < 3; call += 1) {
      const answer = await refresh(nonces.at(-1))
      expect(answer.status).toBe(200)
      nonces.push(nonceOf(answer))
    }
    expect(new Set(nonces).size).toBe(4)
    const again = await refresh(nonces[0])
    expect([again.status, (await again.json()).error]).toEqual([400, 'use_dpop_nonce'])
    emulator.switches.set({ tokenNonce: 'public_clients' })
    const last = nonces.at(-1)
    const calm = await refresh(last)
    expect([calm.status, nonceOf(calm), (await refresh(last)).status]).toEqual([
      200,
      undefined,
      200,
    ])
  })

  it('asks no confidential client, but gives it a new one with each answer', async () => {
    const refresh = await createRefresher('web')
    emulator.switches.set({ tokenNonce: 'rotating' })
    const [one, other] = [await refresh(), await refresh()]
    expect([one.status, other.status]).toEqual([200, 200])
    expect(nonceOf(one)).not.toBe(nonceOf(other))
  })
})

describe('The switch nonces', () => {
  it('makes those of the token endpoint and of the My Account API the same, until it is set back', async () => {
    const [list, refresh] = [await createLister(), await createRefresher('spa')]
    emulator.switches.set({ nonces: 'shared' })
    const nonce = nonceOf(await refresh())
    expect([(await list(nonce)).status, (await refresh(nonce)).status]).toEqual([200, 200])
    emulator.switches.set({ nonces: 'separate' })
    const own = nonceOf(await refresh())
    const refused = await list(own)
    expect([refused.status, challengeOf(refused)]).toEqual([401, 'invalid_dpop_nonce'])
    expect((await refresh(own)).status).toBe(200)
    expect((await refresh(nonceOf(refused))).status).toBe(400)
  })
})

describe('A fault with a challenge', () => {
  it.each(['use_dpop_nonce', 'invalid_dpop_nonce'] as const)(
    'asks once for another nonce with %s, and gives one that works',
    async (challenge) => {
      const list = await createLister()
      const nonce = nonceOf(await list())
      emulator.failNext('getConnectedAccounts', { challenge })
      const refused = await list(nonce)
      expect([refused.status, challengeOf(refused)]).toEqual([401, challenge])
      expect((await list(nonceOf(refused))).status).toBe(200)
    },
  )

  it('asks once for another nonce at the token endpoint, and gives one that works', async () => {
    const refresh = await createRefresher('spa')
    const nonce = nonceOf(await refresh())
    emulator.failNext('getToken', { challenge: 'use_dpop_nonce' })
    const refused = await refresh(nonce)
    expect([refused.status, (await refused.json()).error]).toEqual([400, 'use_dpop_nonce'])
    expect((await refresh(nonceOf(refused))).status).toBe(200)
  })
})

describe('The clock', () => {
  it('lets nonces of both servers expire', async () => {
    const [list, refresh] = [await createLister(), await createRefresher('spa')]
    const [one, other] = [nonceOf(await list()), nonceOf(await refresh())]
    expect([(await list(one)).status, (await refresh(other)).status]).toEqual([200, 200])
    emulator.clock.advance(301)
    const [refused, refusedToo] = [await list(one), await refresh(other)]
    expect([challengeOf(refused), refusedToo.status]).toEqual(['invalid_dpop_nonce', 400])
    expect((await list(nonceOf(refused))).status).toBe(200)
    expect((await refresh(nonceOf(refusedToo))).status).toBe(200)
  })

  it.each([400, -40])(
    'for proofs, %i seconds ahead, refuses a proof of now at the My Account API, and moves nothing else',
    async (seconds) => {
      const list = await createLister()
      const nonce = nonceOf(await list())
      emulator.clock.skewProofs(seconds)
      const refused = await list(nonce)
      expect([refused.status, challengeOf(refused)]).toEqual([400, 'invalid_dpop_proof'])
      emulator.clock.skewProofs(0)
      expect((await list(nonce)).status).toBe(200)
    },
  )

  it('for proofs refuses one without a nonce at the token endpoint, which offers a nonce instead', async () => {
    const refresh = await createRefresher('web')
    emulator.clock.skewProofs(400)
    const refused = await refresh()
    expect((await refused.json()).error).toBe('use_dpop_nonce')
    expect((await refresh(nonceOf(refused))).status).toBe(200)
    emulator.clock.skewProofs(0)
    expect((await refresh()).status).toBe(200)
  })

  it('of expiries does not move the one for proofs', async () => {
    const list = await createLister()
    emulator.clock.advance(3600)
    expect((await list(nonceOf(await list()))).status).toBe(200)
  })
})
