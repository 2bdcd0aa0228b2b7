import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { ServerClient, type ServerClientOptions } from '../src/index.js'
import { redirectUri, secret } from './visitor.js'

/** A tenant that is only a `fetch`, for tests with a thousand users. Its refresh tokens rotate. */
export interface FakeTenant {
  /** The grants that it was asked for, in this order. */
  grants: string[]
  /** True to refuse every refresh token with `invalid_grant`. */
  isRefusing: boolean
  createServer(options?: Partial<ServerClientOptions>): ServerClient
  /** Logs a user in. Returns the URL that the browser comes back to. */
  logIn(url: string, sub: string): URL
}

const domain = 'tenant.example.test'
const issuer = `https://${domain}/`
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}authorize`,
  token_endpoint: `${issuer}oauth/token`,
  end_session_endpoint: `${issuer}oidc/logout`,
  jwks_uri: `${issuer}jwks.json`,
}

export async function createFakeTenant(): Promise<FakeTenant> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'RS256', use: 'sig' }]
  const grants: string[] = []

  const idTokenOf = (code: string) =>
    new SignJWT(JSON.parse(atob(code)))
      .setProtectedHeader({ alg: 'RS256', kid: 'key' })
      .setIssuer(issuer)
      .setAudience('web')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)

  async function grant(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    grants.push(form.get('grant_type') ?? '')
    if (tenant.isRefusing) return Response.json({ error: 'invalid_grant' }, { status: 403 })
    const code = form.get('code')
    const id = crypto.randomUUID()
    return Response.json({
      access_token: `access token ${id}`,
      refresh_token: `refresh token ${id}`,
      issued_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: form.get('scope') ?? '',
      ...(code && { id_token: await idTokenOf(code) }),
    })
  }

  async function send(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/.well-known/')) return Response.json(metadata)
    return pathname === '/jwks.json' ? Response.json({ keys }) : grant(request)
  }

  const tenant: FakeTenant = {
    grants,
    isRefusing: false,
    createServer: (options = {}) =>
      new ServerClient({
        domain,
        clientId: 'web',
        clientSecret: 'web-secret',
        secret,
        authorizationParams: { redirect_uri: redirectUri },
        fetch: send,
        ...options,
      } as ServerClientOptions), // a part of it has lost which of clientSecret and privateKey there is
    logIn(url, sub) {
      const { searchParams } = new URL(url)
      const callbackUrl = new URL(redirectUri)
      const code = btoa(JSON.stringify({ sub, nonce: searchParams.get('nonce') }))
      callbackUrl.search = String(
        new URLSearchParams({ code, state: searchParams.get('state') ?? '' }),
      )
      return callbackUrl
    },
  }
  return tenant
}
