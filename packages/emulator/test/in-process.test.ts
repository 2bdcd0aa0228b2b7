import { afterEach, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../src/index.js'

const running: Emulator[] = []
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())))

async function start(options: EmulatorOptions = { listen: false }): Promise<Emulator> {
  const emulator = await createEmulator(options)
  running.push(emulator)
  return emulator
}

const accounts = (emulator: Emulator) => `${emulator.url}/me/v1/connected-accounts/accounts`

async function authorized(emulator: Emulator): Promise<RequestInit> {
  const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
  return { headers: { authorization: `Bearer ${token}` } }
}

it('fetch reaches an emulator that does not listen', async () => {
  const emulator = await start()
  expect(emulator.url).toBe('http://localhost:4400')
  const response = await emulator.fetch(accounts(emulator), await authorized(emulator))
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ accounts: [] })
  const { url } = await start({ listen: false, port: 4398 }) // one that does listen may have the usual port on this machine
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

it('two that do not listen may have one name, and know nothing of each other', async () => {
  const [one, other] = [await start(), await start()]
  await one.seed({ user_id: 'auth0|alice', connection: 'acme' })
  const lists = [one, other].map(async (emulator) => {
    const response = await emulator.fetch(accounts(emulator), await authorized(emulator))
    return (await response.json()).accounts.length
  })
  expect(await Promise.all(lists)).toEqual([1, 0])
})

it('fetch and a socket reach the same emulator', async () => {
  const emulator = await start({ port: 0 })
  const init = await authorized(emulator)
  await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
  const [inMemory, overHttp] = await Promise.all([
    emulator.fetch(accounts(emulator), init),
    fetch(accounts(emulator), init),
  ])
  expect(await inMemory.json()).toEqual(await overHttp.json())
})

it('speaks of itself as https if told to, with no certificate to trust', async () => {
  const emulator = await start({ listen: false, https: true })
  expect(emulator).toMatchObject({ url: 'https://localhost:4400', certificate: undefined })
  const response = await emulator.fetch(`${emulator.url}/.well-known/openid-configuration`)
  expect(await response.json()).toHaveProperty('issuer', 'https://localhost:4400/')
})

it('answers without a body where HTTP has none', async () => {
  const emulator = await start()
  const [account] = await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
  const init = { ...(await authorized(emulator)), method: 'DELETE' }
  const response = await emulator.fetch(`${accounts(emulator)}/${account?.id}`, init)
  expect(response.status).toBe(204)
  expect(response.body).toBeNull()
})

it('gives each cookie of a login page a header of its own, and follows no redirect', async () => {
  const { fetch, url, clients } = await start()
  const login = new URL('/authorize', url)
  login.search = new URLSearchParams({
    client_id: clients.spa.clientId,
    response_type: 'code',
    redirect_uri: 'http://localhost:3000/callback',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString()
  const response = await fetch(login)
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie().length).toBeGreaterThan(1)
})

it('a reset connection is a failed fetch, and a truncated body one that breaks off', async () => {
  const emulator = await start()
  const call = async () => emulator.fetch(accounts(emulator), await authorized(emulator))
  emulator.failNext('getConnectedAccounts', { damage: 'connection_reset' })
  await expect(call()).rejects.toThrow(new TypeError('fetch failed'))
  emulator.failNext('getConnectedAccounts', { damage: 'truncated_body' })
  const response = await call()
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
  expect((await call()).status).toBe(200)
})

it('a fetch can be aborted while it waits for its answer', async () => {
  const emulator = await start()
  emulator.failNext('getConnectedAccounts', { delay: 60_000 })
  const { signal, ...controller } = abortable()
  const pending = emulator.fetch(accounts(emulator), { ...(await authorized(emulator)), signal })
  controller.abort(new Error('enough'))
  await expect(pending).rejects.toThrow('enough')
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) }
}

it('refuses what is not the emulator, rather than send it on', async () => {
  const { fetch } = await start()
  await expect(fetch('https://api.example.test/')).rejects.toThrow(
    'This fetch only reaches http://localhost:4400, not https://api.example.test',
  )
})

it('answers nothing after its end', async () => {
  const emulator = await createEmulator({ listen: false })
  emulator.failNext('getConnectedAccounts', { delay: 60_000 })
  const pending = emulator.fetch(accounts(emulator), await authorized(emulator))
  const ended = expect(pending).rejects.toThrow('fetch failed')
  await new Promise((resolve) => setTimeout(resolve, 20))
  await emulator.close()
  await ended
  await expect(emulator.fetch(emulator.url)).rejects.toThrow('is closed')
})

it('a port of 0 is refused where nothing is opened', async () => {
  await expect(createEmulator({ listen: false, port: 0 })).rejects.toThrow(RangeError)
})
