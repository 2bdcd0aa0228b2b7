import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type Switches } from '../src/index.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

/** What someone with a key of this kind is told when refreshing, and then when listing accounts. */
async function tryKey(alg: 'ES256' | 'RS256' | 'PS256') {
  const dpop = await generateKeyPair(alg)
  const login = { emulator, client: emulator.clients.spa }
  const { refresh_token = '' } = await loginWithCode(login)
  const audience = `${emulator.url}/me/`
  const fields = { grant_type: 'refresh_token', refresh_token, audience }
  const { status, body } = await requestToken({ ...login, dpop }, fields)
  if (status !== 200) return [status, body.error]
  const url = `${emulator.url}/me/v1/connected-accounts/accounts`
  const list = async (nonce?: string) => {
    const proof = await generateProof(dpop, url, 'GET', nonce, body.access_token)
    const headers = { authorization: `DPoP ${body.access_token}`, dpop: proof }
    return fetch(url, { headers })
  }
  const nonce = (await list()).headers.get('dpop-nonce') ?? ''
  return [status, (await list(nonce)).status]
}

describe('The switch dpopAlgs (EVIDENCE, disagreement 14)', () => {
  const refused = [400, 'invalid_dpop_proof']
  it.each<{ dpopAlgs: Switches['dpopAlgs']; RS256: unknown[] }>([
    { dpopAlgs: 'ES256', RS256: refused },
    { dpopAlgs: 'RS256 ES256', RS256: [200, 200] },
  ])('takes proofs at both ends that are signed with $dpopAlgs', async ({ dpopAlgs, RS256 }) => {
    emulator.switches.set({ dpopAlgs })
    expect(await tryKey('ES256')).toEqual([200, 200])
    expect(await tryKey('RS256')).toEqual(RS256)
    expect(await tryKey('PS256')).toEqual(refused)
  })

  it.each<Switches['dpopAlgs']>(['ES256', 'RS256 ES256'])(
    'has discovery and challenges say %s',
    async (dpopAlgs) => {
      emulator.switches.set({ dpopAlgs })
      const discovery = await fetch(`${emulator.url}/.well-known/openid-configuration`)
      const { dpop_signing_alg_values_supported: values } = await discovery.json()
      expect(values.join(' ')).toBe(dpopAlgs)
      const { headers } = await fetch(`${emulator.url}/me/v1/connected-accounts/accounts`)
      expect(headers.get('www-authenticate')).toContain(`algs="${dpopAlgs}"`)
    },
  )

  it('holds the My Account API to it, also for a token that was bound before', async () => {
    emulator.switches.set({ dpopAlgs: 'RS256 ES256' })
    const dpop = await generateKeyPair('RS256')
    const login = { emulator, client: emulator.clients.web, dpop, audience: `${emulator.url}/me/` }
    const { access_token } = await loginWithCode(login)
    emulator.switches.set({ dpopAlgs: 'ES256' })
    const url = `${emulator.url}/me/v1/connected-accounts/accounts`
    const proof = await generateProof(dpop, url, 'GET', undefined, access_token)
    const headers = { authorization: `DPoP ${access_token}`, dpop: proof }
    const answer = await fetch(url, { headers })
    expect([answer.status, (await answer.json()).detail]).toEqual([
      400,
      'Invalid DPoP proof: alg must be ES256',
    ])
  })
})
