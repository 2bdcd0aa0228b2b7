import { browse } from '@connected-accounts/testing/person/consent'
import { type ServerType, serve } from '@hono/node-server'
import * as oauth from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { upstreamClient } from '../src/upstream/provider.js'
import { createTestBed, PKCE, type TestBed } from './context.js'

const callback = 'http://localhost:3999/callback'
let bed: TestBed
let server: ServerType

beforeAll(async () => {
  const answer = (request: Request) => bed.resources.fetch(request)
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: answer, port: 0, hostname: 'localhost' }, (info) => resolve(info.port))
  })
  bed = await createTestBed({ url: `http://localhost:${port}` })
})

afterAll(() => {
  server.close()
})

function discover(
  name: string,
  auth: (secret: string) => oauth.ClientAuth = oauth.ClientSecretPost,
) {
  const { client_id, client_secret } = upstreamClient(name)
  const issuer = new URL(`${bed.context.url}/upstream/${name}`)
  const options = { execute: [oauth.allowInsecureRequests] }
  return oauth.discovery(issuer, client_id, undefined, auth(client_secret), options)
}

/** Sends the person through the consent page with these parameters, and comes back with the callback. */
function consent(config: oauth.Configuration, parameters: Record<string, string>, answer = {}) {
  const url = oauth.buildAuthorizationUrl(config, { redirect_uri: callback, ...parameters })
  const stop = (target: string) => target.startsWith(callback)
  const follow = (request: Request) => fetch(request, { redirect: 'manual' })
  return browse(follow, url, { ...answer, stop })
}

const cases = [
  ['google-oauth2', { scope: 'openid email', access_type: 'offline' }, 'openid email'],
  ['github', { scope: 'read:user repo offline_access' }, 'read:user,repo,offline_access'],
  ['acme', { scope: 'openid profile offline_access' }, 'openid profile offline_access'],
  ['example-company', { scope: 'openid email offline_access' }, 'openid email offline_access'],
] as const

describe('A third party', () => {
  it.each(cases)(
    '%s completes code and refresh with openid-client alone',
    async (name, parameters, scope) => {
      const config = await discover(name)
      const pkce = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' }
      const current = await consent(config, {
        ...parameters,
        ...pkce,
        state: 's',
        ...(scope.includes('openid') && { nonce: 'n' }),
      })
      const tokens = await oauth.authorizationCodeGrant(config, current, {
        pkceCodeVerifier: PKCE.verifier,
        expectedState: 's',
        ...(scope.includes('openid') && { expectedNonce: 'n' }),
      })
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope })
      const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(refreshed.access_token).not.toBe(tokens.access_token)
      expect(refreshed.scope).toBe(scope)
      const subject = tokens.claims()?.sub ?? oauth.skipSubjectCheck
      const person = await oauth.fetchUserInfo(config, refreshed.access_token, subject)
      expect(person.email).toBe(`alice@${name.replace('-oauth2', '')}.example`)
    },
  )

  it('signs ID tokens with RS256, which openid-client verifies with its JWKS', async () => {
    const config = await discover('acme')
    oauth.enableNonRepudiationChecks(config)
    const current = await consent(config, { scope: 'openid' })
    const tokens = await oauth.authorizationCodeGrant(config, current, {})
    expect(tokens.claims()).toMatchObject({ email: 'alice@acme.example', name: 'Alice' })
  })

  it('takes the client secret by Basic as well (RFC 6749 §2.3.1)', async () => {
    const config = await discover('acme', oauth.ClientSecretBasic)
    const tokens = await oauth.authorizationCodeGrant(config, await consent(config, { scope: 'a' }))
    expect(tokens.scope).toBe('a')
  })

  it.each([
    ['google-oauth2', { scope: 'openid offline_access' }],
    ['acme', { scope: 'openid', access_type: 'offline' }],
    ['example-company', { scope: 'openid email', access_type: 'offline' }],
  ])('%s gives no refresh token unless it is asked in its own way', async (name, parameters) => {
    const config = await discover(name)
    const tokens = await oauth.authorizationCodeGrant(config, await consent(config, parameters))
    expect(tokens.refresh_token).toBeUndefined()
  })

  it('lets the person pick the other account, or another that login_hint names', async () => {
    const config = await discover('acme')
    const emailOf = async (parameters: Record<string, string>, answer = {}) => {
      const current = await consent(config, { scope: 'openid', ...parameters }, answer)
      return (await oauth.authorizationCodeGrant(config, current)).claims()?.email
    }
    expect(await emailOf({}, { account: 'alice.work@acme.example' })).toBe(
      'alice.work@acme.example',
    )
    expect(await emailOf({ login_hint: 'alice.work@acme.example' })).toBe('alice.work@acme.example')
    expect(await emailOf({ login_hint: 'bob@acme.example' })).toBe('bob@acme.example')
  })

  it('comes back with access_denied after Cancel (RFC 6749 §4.1.2.1)', async () => {
    const config = await discover('acme')
    const current = await consent(config, { scope: 'a' }, { decision: 'cancel' })
    await expect(oauth.authorizationCodeGrant(config, current)).rejects.toMatchObject({
      error: 'access_denied',
    })
  })

  it('takes a code once, and revokes its tokens when it comes again (RFC 6749 §4.1.2)', async () => {
    const config = await discover('acme')
    const current = await consent(config, { scope: 'offline_access' })
    const tokens = await oauth.authorizationCodeGrant(config, current)
    const again = oauth.authorizationCodeGrant(config, current)
    await expect(again).rejects.toMatchObject({ error: 'invalid_grant' })
    const refresh = oauth.refreshTokenGrant(config, tokens.refresh_token ?? '')
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('refuses another code_verifier (RFC 7636 §4.6) and another redirect_uri (RFC 6749 §4.1.3)', async () => {
    const config = await discover('acme')
    const pkce = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' }
    const current = await consent(config, { scope: 'a', ...pkce })
    const wrong = { pkceCodeVerifier: 'x'.repeat(43) }
    const right = { pkceCodeVerifier: PKCE.verifier }
    const verifier = oauth.authorizationCodeGrant(config, current, wrong)
    await expect(verifier).rejects.toMatchObject({ error: 'invalid_grant' })
    const elsewhere = new URL(current.href.replace('/callback', '/other'))
    const redirect = oauth.authorizationCodeGrant(config, elsewhere, right)
    await expect(redirect).rejects.toMatchObject({ error: 'invalid_grant' })
    await oauth.authorizationCodeGrant(config, current, right)
  })

  it('refuses a wrong client secret with 401 (RFC 6749 §5.2)', async () => {
    const config = await discover('acme', () => oauth.ClientSecretPost('wrong'))
    const refresh = oauth.refreshTokenGrant(config, 'any')
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
  })

  it.each(['Basic', 'Basic %%%', `Basic ${btoa('no colon')}`, `Basic ${btoa('%:%')}`])(
    'refuses the malformed header "%s" with 401 invalid_client and a challenge (RFC 6749 §5.2)',
    async (authorization) => {
      const response = await fetch(`${bed.context.url}/upstream/acme/token`, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'any' }),
      })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="acme"')
      expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    },
  )

  it('gives fewer scopes on refresh but not more (RFC 6749 §6)', async () => {
    const config = await discover('acme')
    const current = await consent(config, { scope: 'a b offline_access' })
    const { refresh_token = '' } = await oauth.authorizationCodeGrant(config, current)
    expect((await oauth.refreshTokenGrant(config, refresh_token, { scope: 'a' })).scope).toBe('a')
    const more = oauth.refreshTokenGrant(config, refresh_token, { scope: 'a c' })
    await expect(more).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  it('no longer refreshes after revocation (RFC 7009 §2.1)', async () => {
    const config = await discover('acme')
    const current = await consent(config, { scope: 'offline_access' })
    const { refresh_token = '' } = await oauth.authorizationCodeGrant(config, current)
    await oauth.tokenRevocation(config, refresh_token)
    const refresh = oauth.refreshTokenGrant(config, refresh_token)
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  describe('that revokes a token (RFC 7009)', () => {
    const revoke = (fields: Record<string, string>, headers = {}) =>
      fetch(`${bed.context.url}/upstream/acme/revoke`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(fields),
      })
    const connected = async () => {
      const config = await discover('acme')
      const current = await consent(config, { scope: 'openid offline_access' })
      return { config, tokens: await oauth.authorizationCodeGrant(config, current) }
    }

    it('takes the token alone, because only the tenant has the secret of the client', async () => {
      const { config, tokens } = await connected()
      expect((await revoke({ token: tokens.access_token })).status).toBe(200)
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      const userinfo = await fetch(`${bed.context.url}/upstream/acme/userinfo`, { headers })
      expect(userinfo.status).toBe(401)
      const refresh = oauth.refreshTokenGrant(config, tokens.refresh_token ?? '')
      await expect(refresh, 'the grant of an access token ends').rejects.toMatchObject({
        error: 'invalid_grant',
      })
    })

    it('answers 200 to an unknown token (RFC 7009 §2.2)', async () => {
      expect((await revoke({ token: 'unknown' })).status).toBe(200)
    })

    it('answers 400 without a token', async () => {
      const answer = await revoke({})
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    })

    it('refuses credentials that are wrong, and revokes nothing', async () => {
      const { config, tokens } = await connected()
      const token = tokens.access_token
      const wrong = { client_id: upstreamClient('acme').client_id, client_secret: 'wrong' }
      expect((await revoke({ token, ...wrong })).status).toBe(401)
      const basic = { authorization: `Basic ${btoa('auth0-acme:wrong')}` }
      expect((await revoke({ token }, basic)).status).toBe(401)
      await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '')
    })
  })

  it.each([
    ['an unknown client', { client_id: 'other' }],
    ['a redirect_uri that is not registered', { redirect_uri: 'https://evil.example/' }],
  ])('shows %s an error instead of redirecting (RFC 6749 §4.1.2.1)', async (_name, parameters) => {
    const config = await discover('acme')
    await expect(consent(config, parameters)).rejects.toThrow('No form in the answer 400')
  })

  it('redirects with an error for another response type or challenge method (RFC 7636 §4.4.1)', async () => {
    const config = await discover('acme')
    const plain = await consent(config, { code_challenge: 'x', code_challenge_method: 'plain' })
    expect(plain.searchParams.get('error')).toBe('invalid_request')
    const token = await consent(config, { response_type: 'token' })
    expect(token.searchParams.get('error')).toBe('unsupported_response_type')
  })

  it('writes what comes from outside into its page as text', async () => {
    const url = new URL(`${bed.context.url}/upstream/acme/authorize`)
    const { client_id } = upstreamClient('acme')
    const scope = '<script>"'
    url.search = `${new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope, login_hint: '"><b>@x' })}`
    const text = await (await fetch(url)).text()
    expect(text).toContain('&lt;script&gt;&quot;')
    expect(text).not.toMatch(/<script|<b>/)
  })

  it('answers 404 where there is no connection of its name', async () => {
    const url = `${bed.context.url}/upstream/unknown/.well-known/openid-configuration`
    expect((await fetch(url)).status).toBe(404)
  })
})
