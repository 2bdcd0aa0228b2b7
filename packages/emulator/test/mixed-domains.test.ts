import { request as sendRequest } from 'node:http'
import {
  authorizationUrl,
  claims,
  logIn,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { describe, expect, it } from 'vitest'
import { type Emulator, TOKEN_VAULT_GRANT } from '../src/index.js'
import { accounts, myAccountToken, refresh, setUpDomains } from './domains.js'

const { canonical, custom } = setUpDomains()

describe.each([
  { name: 'at the custom one', at: custom, other: canonical },
  { name: 'at the canonical one', at: canonical, other: custom },
])('Where domains are mixed, $name', ({ at, other }) => {
  it('gets a token for its own audience', async () => {
    expect((await refresh(at(), at())).status).toBe(200)
  })

  it('a refresh with the audience of the other is refused: invalid_target', async () => {
    const { status, body } = await refresh(at(), other())
    expect({ status, ...body }).toEqual({
      status: 400,
      error: 'invalid_target',
      error_description: 'The requested audience is not authorized by the refresh token policy',
    })
  })

  it('a refresh token of the other works, for audiences that are known here', async () => {
    const request = { emulator: other(), client: other().clients.spa }
    const audience = `${other().url}/me/`
    const { refresh_token = '' } = await loginWithCode({ ...request, audience })
    const use = (more: { audience?: string }) => {
      const fields = { refresh_token, ...more }
      return requestToken(
        { ...request, emulator: at() },
        { grant_type: 'refresh_token', ...fields },
      )
    }
    const { body } = await use({ audience: `${at().url}/me/` })
    expect(claims(body.access_token)).toMatchObject({
      iss: `${at().url}/`,
      aud: [`${at().url}/me/`, `${at().url}/userinfo`],
    })
    for (const more of [{}, { audience }]) {
      expect(await use(more)).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    }
  })

  it('a login with the audience of the other ends with access_denied', async () => {
    const audience = `${other().url}/me/`
    const login = { emulator: at(), client: at().clients.spa, verifier: 'v'.repeat(43), audience }
    const { url } = await createBrowser(at().url).visit(authorizationUrl(login))
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      error_description: `Service not found: ${audience}`,
    })
  })

  it('the tokens of the other are invalid at all three APIs: 401', async () => {
    const headers = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    const token = await myAccountToken(other())
    expect((await accounts(other(), token)).status).toBe(200)
    expect((await accounts(at(), token)).status).toBe(401)
    const { access_token } = await loginWithCode({ emulator: other(), client: other().clients.spa })
    for (const one of [token, access_token]) {
      expect((await fetch(`${other().url}/userinfo`, headers(one))).status).toBe(200)
      expect((await fetch(`${at().url}/userinfo`, headers(one))).status).toBe(401)
    }
    const { status, body } = await requestToken(
      { emulator: other(), client: other().clients.management },
      { grant_type: 'client_credentials', audience: `${other().url}/api/v2/` },
    )
    expect(status).toBe(200)
    const clients = `/api/v2/clients/spa`
    expect((await fetch(other().url + clients, headers(body.access_token))).status).toBe(200)
    expect((await fetch(at().url + clients, headers(body.access_token))).status).toBe(401)
  })

  it('a code of the other is none', async () => {
    const { code, verifier } = await logIn({ emulator: other(), client: other().clients.spa })
    const fields = { code, code_verifier: verifier, redirect_uri: 'http://localhost:3000/callback' }
    const { body } = await requestToken(
      { emulator: at(), client: at().clients.spa },
      { grant_type: 'authorization_code', ...fields },
    )
    expect(body).toMatchObject({ error: 'invalid_grant' })
  })
})

it('Token Vault takes an access token of its own domain alone', async () => {
  const audience = 'https://api.example.test/'
  await canonical().seed({ user_id: 'auth0|alice', connection: 'acme' })
  const login = { emulator: custom(), client: custom().clients.spa, audience }
  const { access_token } = await loginWithCode(login)
  const exchange = (at: Emulator) =>
    requestToken(
      { emulator: at, client: at.clients.api },
      {
        grant_type: TOKEN_VAULT_GRANT,
        requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
        subject_token: access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        connection: 'acme',
      },
    )
  expect((await exchange(custom())).status).toBe(200)
  expect((await exchange(canonical())).status).toBe(401)
})

describe('A host', () => {
  const send = (method: string, host: string, path: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = sendRequest(canonical().url + path, { method, headers: { host } })
      sent.on('response', async (response) => {
        let text = ''
        for await (const part of response) text += part
        resolve({ status: response.statusCode, text })
      })
      sent.on('error', reject).end()
    })
  const port = () => new URL(canonical().url).port

  it('is known however it is spelled', async () => {
    const path = '/.well-known/openid-configuration'
    const { text } = await send('GET', `LOGIN.localhost:${port()}`, path)
    expect(JSON.parse(text)).toHaveProperty('issuer', `${custom().url}/`)
  })

  it.each(['other.localhost', 'evil.example'])(
    'that is unknown, %s, is the canonical domain',
    async (name) => {
      const path = '/.well-known/openid-configuration'
      const { text } = await send('GET', `${name}:${port()}`, path)
      expect(JSON.parse(text)).toHaveProperty('issuer', `${canonical().url}/`)
    },
  )

  it.each([
    { name: 'login.localhost', status: 204 },
    { name: 'other.localhost', status: 403 },
    { name: 'evil.example', status: 403 },
  ])('$name gets $status from the control API', async ({ name, status }) => {
    const answer = await send('POST', `${name}:${port()}`, '/_emulator/reset')
    expect(answer.status).toBe(status)
  })
})
