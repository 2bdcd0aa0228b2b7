// A tenant that keeps nothing, in the process of the application: it answers every code and every refresh token with new tokens.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const origin = 'http://localhost:4400'
const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

export async function createTenant() {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }
  const sign = (claims) =>
    new SignJWT({ iss: `${origin}/`, aud: 'web', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  const answers = {
    '/.well-known/openid-configuration': () => ({
      issuer: `${origin}/`,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      end_session_endpoint: `${origin}/oidc/logout`,
      jwks_uri: `${origin}/.well-known/jwks.json`,
      revocation_endpoint: `${origin}/oauth/revoke`,
    }),
    '/.well-known/jwks.json': () => ({ keys: [jwk] }),
    '/oauth/token': async (request) => answerGrant(new URLSearchParams(await request.text()), sign),
    '/oauth/revoke': () => ({}),
    '/me/v1/connected-accounts/accounts': () => ({ accounts: [] }),
    '/me/v1/connected-accounts/connect': () => ({
      auth_session: 'a'.repeat(60),
      connect_uri: `${origin}/connected-accounts/connect`,
      connect_params: { ticket: crypto.randomUUID() },
      expires_in: 300,
    }),
  }
  return {
    origin,
    logoutToken: (claims) => sign({ jti: crypto.randomUUID(), events, ...claims }),
    async fetch(request) {
      const body = await answers[new URL(request.url).pathname](request)
      const status = body.error ? 400 : body.auth_session ? 201 : 200
      return Response.json(body, { status })
    },
  }
}

/** The code of a login is the nonce and the user. A refresh token names its user, and those of `dead` users are refused. */
async function answerGrant(form, sign) {
  const given = form.get('code') ?? form.get('refresh_token') ?? form.get('subject_token')
  const [user, nonce] = given.split(' ')
  const isCode = form.has('code')
  if (!isCode && user.startsWith('dead')) return { error: 'invalid_grant' }
  const claims = { sub: `auth0|${user}`, sid: crypto.randomUUID(), name: 'A name of some length' }
  return {
    access_token: crypto.randomUUID().repeat(20),
    token_type: 'Bearer',
    expires_in: 86_400,
    scope: form.get('scope') ?? 'openid profile email offline_access',
    ...(form.has('subject_token') && {
      issued_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    }),
    ...(!form.has('subject_token') && { refresh_token: `${user} ${crypto.randomUUID()}` }),
    ...(isCode && { id_token: await sign({ ...claims, nonce }) }),
  }
}
