import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, TOKEN_VAULT_GRANT } from '../src/index.js'

let emulator: Emulator
let endpoint: string

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  endpoint = `${emulator.url}/oauth/token`
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
})

/** An exchange by the web application, with this DPoP header if any. */
async function exchange(dpop?: string, subjectToken?: string) {
  const client = emulator.clients.web
  const { refresh_token = '' } = await loginWithCode({ emulator, client })
  const fields = {
    grant_type: TOKEN_VAULT_GRANT,
    client_id: client.clientId,
    client_secret: client.clientSecret,
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    subject_token: subjectToken ?? refresh_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    connection: 'acme',
  }
  const body = new URLSearchParams(fields)
  const answer = await fetch(endpoint, { method: 'POST', headers: { ...(dpop && { dpop }) }, body })
  const { error, token_type } = await answer.json()
  return { status: answer.status, error, token_type }
}

describe('The switch invalidGrant', () => {
  it('gives the error the status of RFC 6749 §5.2, until it is set back', async () => {
    const login = { emulator, client: emulator.clients.spa }
    const refresh = async () => {
      const fields = { grant_type: 'refresh_token', refresh_token: 'unknown' }
      const { status, body } = await requestToken(login, fields)
      return [status, body.error]
    }
    emulator.switches.set({ invalidGrant: '400' })
    expect(await refresh()).toEqual([400, 'invalid_grant'])
    emulator.switches.set({ invalidGrant: '403' })
    expect(await refresh()).toEqual([403, 'invalid_grant'])
  })
})

describe('The switch exchangeProof', () => {
  const badProof = async () => {
    const key = await generateKeyPair('ES256')
    return generateProof(key, `${emulator.url}/elsewhere`, 'POST')
  }

  it('has an exchange look at a proof, good or bad, and answer with a Bearer token', async () => {
    const proof = await generateProof(await generateKeyPair('ES256'), endpoint, 'POST')
    expect(await exchange(proof)).toEqual({ status: 200, token_type: 'Bearer' })
    expect((await exchange(proof)).error).toBe('invalid_dpop_proof')
    expect(await exchange(await badProof())).toEqual({ status: 400, error: 'invalid_dpop_proof' })
  })

  it('has an exchange take no notice of it, until it is set back', async () => {
    emulator.switches.set({ exchangeProof: 'ignored' })
    expect((await exchange(await badProof())).status).toBe(200)
    emulator.switches.set({ exchangeProof: 'checked' })
    expect((await exchange(await badProof())).status).toBe(400)
  })
})

describe('A refresh token that is bound to a key', () => {
  it('is exchanged with a proof of that key only, unless the switch ignores it', async () => {
    const [own, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')]
    // Only those of public clients are bound, and no public client may exchange one: it was one at the login.
    const change = (token_endpoint_auth_method: string) =>
      manage(emulator, { path: '/clients/web', body: { token_endpoint_auth_method } })
    await change('none')
    const { clientId } = emulator.clients.web
    const { refresh_token = '' } = await loginWithCode({
      emulator,
      client: { clientId },
      dpop: own,
    })
    await change('client_secret_post')
    const statusWith = async (key?: KeyPair) => {
      const proof = key && (await generateProof(key, endpoint, 'POST'))
      return (await exchange(proof, refresh_token)).status
    }
    expect([await statusWith(), await statusWith(other), await statusWith(own)]).toEqual([
      401, 401, 200,
    ])
    emulator.switches.set({ exchangeProof: 'ignored' })
    expect(await statusWith()).toBe(200)
  })
})

describe('The switch exchangeWhileDown', () => {
  it('tells a provider that is down from an account that is not there, until it is set back', async () => {
    emulator.clock.advance(3601)
    emulator.switches.set({ provider: 'down', exchangeWhileDown: '503' })
    expect(await exchange()).toEqual({ status: 503, error: 'temporarily_unavailable' })
    emulator.switches.set({ exchangeWhileDown: '401' })
    expect((await exchange()).error).toBe('federated_connection_refresh_token_not_found')
    emulator.switches.set({ provider: 'up' })
    expect((await exchange()).status).toBe(200)
  })
})
