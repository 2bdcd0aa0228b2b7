import { requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEmulator, TOKEN_VAULT_GRANT } from '../src/index.js'

/** An emulator whose clock stands still, and an exchange that is refused for want of a subject. */
async function start() {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const emulator = await createEmulator({ port: 0 })
  onTestFinished(() => emulator.close())
  const { clientId, clientSecret = '' } = emulator.clients.web
  const body = new URLSearchParams({
    grant_type: TOKEN_VAULT_GRANT,
    client_id: clientId,
    client_secret: clientSecret,
  })
  const exchange = (headers: Record<string, string> = {}) =>
    fetch(`${emulator.url}/oauth/token`, { method: 'POST', body, headers })
  return { emulator, exchange }
}

describe('The rate limit of Token Vault exchanges', () => {
  it('is off by default', async () => {
    const { exchange } = await start()
    for (let count = 0; count < 20; count += 1) {
      const { status, headers } = await exchange()
      expect([status, headers.get('x-ratelimit-limit')]).toEqual([400, null])
    }
  })

  it('refuses the eleventh of a second, and none of the next second: 429', async () => {
    const { emulator, exchange } = await start()
    emulator.switches.set({ exchangeRate: '10' })
    for (let left = 9; left >= 0; left -= 1) {
      const { status, headers } = await exchange()
      expect([status, headers.get('x-ratelimit-remaining')]).toEqual([400, String(left)])
    }
    const refused = await exchange()
    expect(refused.status).toBe(429)
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '1',
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
    })
    expect((await refused.json()).error).toBe('too_many_requests')
    emulator.clock.advance(1)
    expect((await exchange()).status).toBe(400)
  })

  it('leaves other grants alone, and is forgotten by a reset', async () => {
    const { emulator, exchange } = await start()
    emulator.switches.set({ exchangeRate: '10' })
    for (let count = 0; count < 11; count += 1) await exchange()
    const request = { emulator, client: emulator.clients.web }
    const fields = { grant_type: 'client_credentials', audience: 'https://api.example.test/' }
    expect((await requestToken(request, fields)).status).toBe(200)
    emulator.reset()
    emulator.switches.set({ exchangeRate: '10' })
    expect((await exchange()).status).toBe(400)
  })

  it('counts requests that only get a DPoP nonce challenge', async () => {
    const { emulator, exchange } = await start()
    emulator.switches.set({ exchangeRate: '10', tokenNonce: 'all_clients' })
    emulator.faults.add({ operation: 'getToken', status: 503 })
    expect((await exchange()).status).toBe(503) // a fault in place of the endpoint does not count
    const keyPair = await generateKeyPair('ES256')
    for (let count = 0; count < 10; count += 1) {
      const dpop = await generateProof(keyPair, `${emulator.url}/oauth/token`, 'POST')
      expect((await exchange({ dpop })).status).toBe(400)
    }
    expect((await exchange()).status).toBe(429)
  })
})
