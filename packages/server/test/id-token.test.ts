import { createEmulator } from '@connected-accounts/emulator'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { createServer, createVisitor, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const { privateKey, publicKey } = await generateKeyPair('RS256')
const kid = 'key-of-the-test'

/** Logs Alice in, with an ID token of the tenant that has these claims more, and is signed anew. */
async function logInWith(
  claims: Record<string, unknown>,
  params: { organization?: string; max_age?: string } = {},
) {
  const server = createServer(emulator, {
    async fetch(request) {
      const response = await fetch(request)
      if (request.url.endsWith('/jwks.json')) {
        const key = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
        return Response.json({ keys: [key] })
      }
      if (!request.url.endsWith('/oauth/token')) return response
      const answer = await response.json()
      const id_token = await new SignJWT({ ...decodeJwt(answer.id_token), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(privateKey)
      return Response.json({ ...answer, id_token })
    },
  })
  const visitor = createVisitor(emulator.url)
  const started = await visitor.request((store) =>
    server.startInteractiveLogin({ authorizationParams: params }, store),
  )
  const url = new URL(started)
  url.searchParams.delete('organization') // the claims say which one it is
  const callbackUrl = await visitor.logIn(url.href)
  const completed = await visitor.request((store) =>
    server.completeInteractiveLogin(callbackUrl, store),
  )
  return { ...completed, session: await visitor.request((store) => server.getSession(store)) }
}

test('the user has the claims that are about them, and none of the protocol', async () => {
  const hashes = { at_hash: 'a', c_hash: 'c', s_hash: 's', azp: 'web' }
  const { user } = await logInWith({ ...hashes, 'https://app.example.test/plan': 'gold' })
  expect(user).toMatchObject({ sub: 'auth0|alice', 'https://app.example.test/plan': 'gold' })
  const ofTheProtocol = ['iss', 'aud', 'iat', 'exp', 'nonce', ...Object.keys(hashes)]
  expect(Object.keys(user).filter((name) => ofTheProtocol.includes(name))).toEqual([])
})

test('an answer without an ID token is invalid_response', async () => {
  const server = createServer(emulator, {
    async fetch(request) {
      const response = await fetch(request)
      if (!request.url.endsWith('/oauth/token')) return response
      const { id_token, ...answer } = await response.json()
      return Response.json(answer)
    },
  })
  expect(await rejection(loggedIn(server, emulator.url))).toMatchObject({
    name: 'LoginFlowError',
    code: 'invalid_response',
    message: expect.stringContaining('id_token'),
  })
})

test('an ID token that has expired is invalid_response (OpenID Connect Core §3.1.3.7)', async () => {
  const exp = Math.floor(Date.now() / 1000) - 600
  expect(await rejection(logInWith({ exp }))).toMatchObject({
    name: 'LoginFlowError',
    code: 'invalid_response',
    message: expect.stringContaining('exp'),
  })
})

test('a session began when its ID token was issued', async () => {
  const iat = Math.floor(Date.now() / 1000) - 20
  const { session } = await logInWith({ iat })
  expect(session?.createdAt).toBe(iat * 1000)
})

test.for([
  ['org_1', { org_id: 'org_1' }],
  ['the-organization', { org_id: 'org_1', org_name: 'the-organization' }],
  ['The-Organization', { org_id: 'org_1', org_name: 'the-organization' }],
] as const)('a login to the organization %s may have the claims %o', async ([name, claims]) => {
  const { user } = await logInWith(claims, { organization: name })
  expect(user).toMatchObject(claims)
})

test.for([
  ['org_1', { org_id: 'org_2' }],
  ['org_1', { org_id: 'org_2', org_name: 'org_1' }],
  ['the-organization', { org_id: 'org_1' }],
  ['the-organization', { org_id: 'the-organization', org_name: 'another-organization' }],
] as const)(
  'a login to the organization %s is organization_mismatch with the claims %o',
  async ([organization, claims]) => {
    expect(await rejection(logInWith(claims, { organization }))).toMatchObject({
      name: 'LoginFlowError',
      code: 'organization_mismatch',
    })
  },
)
