import {
  base64url,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import {
  type AccessTokenError,
  type AccessTokenVerifierOptions,
  createAccessTokenVerifier,
  isAccessTokenError,
  type VerifiedAccessToken,
  type VerifyAccessToken,
} from '../src/index.js'

/** An API that receives tokens, and the tenant that issues them, which is only a `fetch` and jose. */
export interface ApiWorld {
  /** The public keys of the tenant. A test may change the list. */
  keys: JWK[]
  /** How often the keys were fetched. */
  fetches: number
  /** Serves the keys. A test may replace it. */
  answer: (request: Request) => Promise<Response>
  /** Creates a verifier with the options of the docs. */
  createVerifier(options?: Partial<AccessTokenVerifierOptions>): VerifyAccessToken
  /** Signs a token in Auth0's default format. `undefined` leaves a claim out. */
  sign(claims?: Record<string, unknown>, signing?: Signing): Promise<string>
  /** The key that tokens can be bound to, with its public JWK and its thumbprint. */
  client: { privateKey: CryptoKey; jwk: JWK; jkt: string }
  /** Signs a token that is bound to the client's key. */
  signBound(): Promise<string>
  /** Signs a proof for `GET url` with this token. */
  prove(accessToken: string, changed?: ChangedProof): Promise<string>
}

/** What signs a token. */
export interface Signing {
  header?: Partial<JWTHeaderParameters>
  key?: CryptoKey | Uint8Array
}

/** The parts of a proof that a test changes. */
export interface ChangedProof {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey
}

export const domain = 'tenant.example.test'
export const issuer = `https://${domain}/`
export const audience = 'https://api.example.test/'
export const baseUrl = 'https://api.example.test'
export const url = `${baseUrl}/events`

/** The claims of a token in Auth0's default format, by its documentation. */
export const claims = {
  iss: issuer,
  sub: 'auth0|alice',
  aud: [audience, `${issuer}userinfo`],
  azp: 'spa',
  scope: 'openid profile read:calendar',
}

const seconds = () => Math.floor(Date.now() / 1000)

async function hash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

export async function createApiWorld(): Promise<ApiWorld> {
  const tenantKey = await generateKeyPair('RS256')
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const jkt = await calculateJwkThumbprint(jwk)

  function sign(changed: Record<string, unknown> = {}, { header, key }: Signing = {}) {
    const times = { iat: seconds(), exp: seconds() + 60 }
    return new SignJWT({ ...claims, ...times, ...changed } as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'one', ...header })
      .sign(key ?? tenantKey.privateKey)
  }

  async function prove(accessToken: string, changed: ChangedProof = {}): Promise<string> {
    const own = { htm: 'GET', htu: url, iat: seconds(), jti: crypto.randomUUID() }
    const payload = { ...own, ath: await hash(accessToken), ...changed.claims }
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...changed.header })
      .sign(changed.key ?? privateKey)
  }

  const world: ApiWorld = {
    keys: [{ ...(await exportJWK(tenantKey.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }],
    fetches: 0,
    answer: async () => Response.json({ keys: world.keys }),
    createVerifier: (options = {}) =>
      createAccessTokenVerifier({
        domain,
        audience,
        baseUrl,
        fetch(request) {
          world.fetches += 1
          return world.answer(request)
        },
        ...options,
      }),
    sign,
    client: { privateKey, jwk, jkt },
    signBound: () => sign({ cnf: { jkt } }),
    prove,
  }
  return world
}

/** A request with these headers. */
export function request(
  headers: Record<string, string>,
  at = url,
  init: RequestInit = {},
): Request {
  return new Request(at, { ...init, headers })
}

/** A request with a Bearer token. */
export const bearer = (token: string) => request({ authorization: `Bearer ${token}` })

/** A request with a bound token and its proof. */
export const dpop = (token: string, proof: string, at?: string, init?: RequestInit) =>
  request({ authorization: `DPoP ${token}`, dpop: proof }, at, init)

/** The error of a verification. Throws if the token is accepted, or the error is another one. */
export async function refusal(verified: Promise<VerifiedAccessToken>): Promise<AccessTokenError> {
  const outcome = await verified.then(
    () => 'accepted',
    (error: unknown) => error,
  )
  if (isAccessTokenError(outcome)) return outcome
  throw outcome === 'accepted' ? new Error('The token was accepted') : outcome
}

/** The code of the error of a verification, or the accepted token's user. */
export async function outcome(verified: Promise<VerifiedAccessToken>): Promise<string> {
  return verified.then(
    ({ sub }) => sub,
    (error: unknown) => (isAccessTokenError(error) ? error.code : Promise.reject(error)),
  )
}
