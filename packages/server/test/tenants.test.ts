import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { resolveLocalhostNames } from '@connected-accounts/testing/machine/network'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, expect, test } from 'vitest'
import { ServerClient, type StoreOptions } from '../src/index.js'
import { createServer, createVisitor, loggedIn, redirectUri, rejection, secret } from './visitor.js'

resolveLocalhostNames()
const { privateKey, credential } = await createCredential('cred_one')
const withKey = tenantWithWeb(defaultTenant(), (web) => {
  web.credentials = [credential]
  web.client_authentication_methods = { private_key_jwt: { credentials: [{ id: 'cred_one' }] } }
})
const keyed = await createEmulator({ port: 0, tenant: withKey })
const emulator = await createEmulator({
  port: 0,
  tenant: { custom_domains: ['one.localhost', 'two.localhost'] },
})
afterAll(() => Promise.all([keyed.close(), emulator.close()]))
const audience = 'https://api.example.test/'
const authorizationParams = { redirect_uri: redirectUri }

test('a client with a key of its own logs in, refreshes and exchanges with it (RFC 7523 §2.2)', async () => {
  const { domain } = keyed
  const kid = credential.kid
  const options = { domain, clientId: 'web', privateKey, kid, secret, authorizationParams }
  const server = new ServerClient(options)
  const visitor = await loggedIn(server, keyed.url)
  await keyed.seed({ user_id: 'auth0|alice', connection: 'github' })
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  const token = await visitor.request((store) =>
    server.getAccessTokenForConnection({ connection: 'github' }, store),
  )
  expect(token.accessToken).toBeTruthy()
})

test('a key that the tenant does not have is invalid_client', async () => {
  const { privateKey: other } = await createCredential('cred_other')
  const { domain } = keyed
  const options = { domain, clientId: 'web', privateKey: other, secret, authorizationParams }
  const server = new ServerClient(options)
  const error = await rejection(loggedIn(server, keyed.url))
  expect(error).toMatchObject({ name: 'TokenError', code: 'invalid_client' })
})

test('of several domains a function chooses one, and a session is good at its own alone', async () => {
  const [, one = '', two = ''] = emulator.domains
  let domain = one
  const server = createServer(emulator, { domain: () => domain })
  const visitor = await loggedIn(server, one)
  const session = await visitor.request((store) => server.getSession(store))
  expect(session?.domain).toBe(one)
  const token = await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(token.accounts).toEqual([])
  domain = two
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
  const call = visitor.request((store) => server.getAccessToken({ audience }, store))
  expect(await rejection(call)).toMatchObject({ code: 'missing_session' })
})

test('a flow that began at one domain is completed there, whatever the function says since', async () => {
  const [, one = '', two = ''] = emulator.domains
  let domain = one
  const server = createServer(emulator, { domain: async () => domain })
  const visitor = createVisitor(one)
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  const callbackUrl = await visitor.logIn(url)
  domain = two
  await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  domain = one
  expect(await visitor.request((store) => server.getUser(store))).toBeTruthy()
})

test('a domain that cannot be one is a TypeError, also where a function gave it', async () => {
  const server = createServer(emulator, { domain: () => 'http://evil.example' })
  const visitor = createVisitor(emulator.url)
  const started = visitor.request((store) => server.startInteractiveLogin({}, store))
  expect(await rejection(started)).toMatchObject({ name: 'TypeError' })
})

test.for<[string, (store: StoreOptions) => string | Promise<string>]>([
  ['Host', ({ request }) => `login.${request.headers.get('host')}`],
  ['X-Forwarded-Host', async ({ request }) => String(request.headers.get('x-forwarded-host'))],
  ['Origin', ({ request }) => new URL(String(request.headers.get('origin'))).host],
])(
  'a domain function that returns a domain of the %s of the request, whichever it is, is a TypeError, and nothing is sent',
  async ([, domain]) => {
    let sent = 0
    const fetch = () => Promise.reject(new Error(`Sent ${++sent}`))
    const server = createServer(emulator, { domain, fetch })
    const headers = {
      host: 'app.example.test',
      'x-forwarded-host': 'app.example.test',
      origin: 'https://app.example.test',
    }
    const request = new Request('https://app.example.test/', { headers })
    for (let calls = 0; calls < 2; calls++) {
      const started = server.startInteractiveLogin({}, { request, response: new Response() })
      const error = await rejection(started)
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toMatch(/^TypeError: domain returns the host .* list/)
    }
    expect(sent).toBe(0)
  },
)

test('a domain function may throw for a host that is not in its list, and it is asked once with such a host', async () => {
  const [, one = ''] = emulator.domains
  const unlisted: unknown[] = []
  const server = createServer(emulator, {
    domain({ request }) {
      const host = request.headers.get('host')
      if (!host) return one
      unlisted.push(host)
      throw new Error('no such brand')
    },
  })
  const visitor = await loggedIn(server, one)
  expect(await visitor.request((store) => server.getUser(store))).toBeTruthy()
  expect(unlisted).toEqual(['unlisted.invalid'])
})

async function logInTo(organization: string, change: (url: URL) => void = () => {}) {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const started = await visitor.request((store) =>
    server.startInteractiveLogin({ authorizationParams: { organization } }, store),
  )
  const url = new URL(started)
  change(url)
  const callbackUrl = await visitor.logIn(url.href)
  return visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
}

test.for(['org_example', 'example-organization'])(
  'a login to the organization %s is one to it in the ID token',
  async (organization) => {
    const { user } = await logInTo(organization)
    expect(user).toMatchObject({ org_id: 'org_example', org_name: 'example-organization' })
  },
)

test('an ID token of no organization, where one was asked for, is organization_mismatch', async () => {
  const attempt = logInTo('org_example', (url) => url.searchParams.delete('organization'))
  expect(await rejection(attempt)).toMatchObject({
    name: 'LoginFlowError',
    code: 'organization_mismatch',
  })
})
