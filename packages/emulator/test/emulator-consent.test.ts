import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createConnector } from './connector.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

describe('emulator.consent', () => {
  it('comes back with a code that completes the flow, and with the account that is picked', async () => {
    const connector = await createConnector(emulator)
    const account = 'alice.work@acme.example'
    const callback = await emulator.consent(await connector.start(), { account })
    expect(callback.origin + callback.pathname).toBe('http://localhost:3000/connected')
    expect((await connector.complete(callback)).status).toBe(201)
    const { logs } = emulator
    expect(logs.at(-1)?.type).toBe('connected_accounts_connection_succeeded')
  })

  it('comes back with a refusal', async () => {
    const connector = await createConnector(emulator)
    const callback = await emulator.consent(await connector.start(), { decision: 'cancel' })
    expect(callback.searchParams.get('error')).toBe('access_denied')
    expect(callback.searchParams.get('state')).toBe('connect.abc')
  })

  it('comes back where the provider asks nobody', async () => {
    const connector = await createConnector(emulator)
    emulator.switches.set({ consent: 'refused' })
    const callback = await emulator.consent(await connector.start())
    expect(callback.searchParams.get('error')).toBe('access_denied')
  })

  it('says what the person reads who cannot go on', async () => {
    const connector = await createConnector(emulator)
    const link = await connector.start()
    await emulator.consent(link)
    await expect(emulator.consent(link)).rejects.toThrow(
      'The consent ended with 400 at /connect: This link to connect an account was used already',
    )
    emulator.switches.set({ provider: 'down' })
    await expect(emulator.consent(await connector.start())).rejects.toThrow(
      'The consent ended with 503 at /upstream/acme/authorize: The emulator plays the provider, and its switch',
    )
  })

  it('refuses an account that the page does not offer', async () => {
    const connector = await createConnector(emulator)
    const account = 'mallory@acme.example'
    await expect(emulator.consent(await connector.start(), { account })).rejects.toThrow(
      'account must be one of alice@acme.example, alice.work@acme.example: mallory@acme.example',
    )
  })

  it('meets the faults of the page and of its form', async () => {
    const connector = await createConnector(emulator)
    emulator.failNext('providerConsent', { status: 502 })
    await expect(emulator.consent(await connector.start())).rejects.toThrow('ended with 502')
    emulator.failNext('providerAuthorize', { damage: 'empty_body' })
    await expect(emulator.consent(await connector.start())).rejects.toThrow(
      'The consent ended with 200 at /upstream/acme/authorize',
    )
    emulator.failNext('providerConsent', { damage: 'connection_reset' })
    await expect(emulator.consent(await connector.start())).rejects.toThrow()
    expect((await emulator.consent(await connector.start())).searchParams.has('connect_code')).toBe(
      true,
    )
  })

  it('answers its own page where several are open', async () => {
    const connector = await createConnector(emulator)
    const other = await fetch(await connector.start()) // follows the redirect to the page
    expect(await other.text()).toContain('Allow access to your Acme account?')
    const callback = await emulator.consent(await connector.start())
    expect((await connector.complete(callback)).status).toBe(201)
  })
})
