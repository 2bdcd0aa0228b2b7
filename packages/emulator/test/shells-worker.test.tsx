import { startWorker } from '@connected-accounts/testing/msw/worker'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import document from '../src/generated/my-account.json' with { type: 'json' }
import { createEmulator, type MswEmulator } from '../src/shells/msw/emulator.js'
import { createContractChecker } from './contract.js'
import { myAccountCases } from './my-account-cases.js'

describe('my-account.yaml is what the My Account API answers in a browser, behind msw 3', () => {
  const checker = createContractChecker(document)
  const equal = (actual: unknown, expected: unknown) => expect(actual).toEqual(expected)
  const send = (request: Request) => fetch(request)
  let emulator: MswEmulator
  let stop: () => void
  beforeAll(async () => {
    emulator = await createEmulator({ domain: 'tenant.eu.auth0.com' })
    stop = await startWorker(emulator.handlers)
  })
  beforeEach(() => emulator.reset())
  afterAll(() => stop())
  it.each(myAccountCases)('%s', (_name, run) => run({ emulator, send, checker, equal }))

  it('a reset connection is a failed fetch, and a truncated body one that breaks off', async () => {
    const url = `${emulator.url}/me/v1/connected-accounts/accounts`
    const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
    const call = () => fetch(url, { headers: { authorization: `Bearer ${token}` } })
    emulator.failNext('getConnectedAccounts', { damage: 'connection_reset' })
    await expect(call()).rejects.toThrow(TypeError)
    emulator.failNext('getConnectedAccounts', { damage: 'truncated_body' })
    await expect(call().then((response) => response.text())).rejects.toThrow()
    expect((await call()).status).toBe(200)
  })
})
