import {
  exchangeCode,
  type Login,
  logIn,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator
let login: Login

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa }
})

const verifier = 'v'.repeat(43)

describe('The exchange of a code', () => {
  it('fails with another verifier (RFC 7636 §4.6)', async () => {
    const { code } = await logIn(login)
    const { status, body } = await exchangeCode({ ...login, code, verifier })
    expect(status).toBe(403)
    expect(body).toEqual({
      error: 'invalid_grant',
      error_description: 'Failed to verify code verifier',
    })
  })

  it('fails without a verifier', async () => {
    const made = await logIn(login)
    const fields = { code_verifier: '' }
    expect((await exchangeCode({ ...login, ...made, fields })).body.error).toBe('invalid_grant')
  })

  it('fails with another redirect_uri (RFC 6749 §4.1.3)', async () => {
    const made = await logIn(login)
    const fields = { redirect_uri: 'http://localhost:3000/elsewhere' }
    expect((await exchangeCode({ ...login, ...made, fields })).body.error).toBe('invalid_grant')
  })

  it('fails for another client (RFC 6749 §4.1.3)', async () => {
    const made = await logIn(login)
    const other = { ...login, ...made, client: emulator.clients.web }
    expect((await exchangeCode(other)).body.error).toBe('invalid_grant')
  })

  it('fails the second time, and ends what the first one gave (RFC 6749 §4.1.2)', async () => {
    const made = await logIn(login)
    const first = await exchangeCode({ ...login, ...made })
    expect(first.status).toBe(200)
    const second = await exchangeCode({ ...login, ...made })
    expect(second.status).toBe(403)
    expect(second.body.error_description).toBe('Invalid authorization code: it has been used')
    const fields = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token ?? '' }
    expect((await requestToken(login, fields)).body.error).toBe('invalid_grant')
  })

  it('leaves the tokens of other logins of the same session alone when a code is replayed', async () => {
    const browser = createBrowser(emulator.url)
    const one = await logIn(login, browser)
    const other = await logIn(login, browser)
    const { body } = await exchangeCode({ ...login, ...other })
    await exchangeCode({ ...login, ...one })
    await exchangeCode({ ...login, ...one })
    const fields = { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }
    expect((await requestToken(login, fields)).status).toBe(200)
  })
})
