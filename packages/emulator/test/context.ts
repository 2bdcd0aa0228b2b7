import { AsyncLocalStorage } from 'node:async_hooks'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Context } from '../src/context/context.js'
import { createDomains, type Domains } from '../src/domains.js'
import { createFaults } from '../src/faults/faults.js'
import { createSwitches } from '../src/faults/switches.js'
import { createRequestRecord } from '../src/logs/request-record.js'
import { createTenantLogs } from '../src/logs/tenant-logs.js'
import { credentialFlaw } from '../src/tenant/client-credentials.js'
import { defaultTenant } from '../src/tenant/default-tenant.js'
import { MANAGEMENT_AUDIENCE, MY_ACCOUNT_AUDIENCE, type Tenant } from '../src/tenant/tenant.js'
import { createUsers } from '../src/tenant/users.js'
import { createClock } from '../src/time/clock.js'

/** An emulator's resource side with a clock that a test can move. */
export interface TestBed {
  context: Context
  resources: Domains
  /** Moves the clock forward, the one for proofs with it. */
  wait(seconds: number): void
}

const keyPair = generateKeyPair('RS256', { extractable: true })

/** The scopes of the My Account API. */
export const SCOPES = ['create', 'read', 'delete']
  .map((verb) => `${verb}:me:connected_accounts`)
  .join(' ')

/** A context made by hand, at `url`, whose tenant `change` may alter. */
export async function createTestBed({
  url = 'http://localhost:4400',
  change,
}: {
  url?: string
  change?: (tenant: Tenant) => void
} = {}): Promise<TestBed> {
  const { privateKey, publicKey } = await keyPair
  const tenant = defaultTenant()
  for (const api of tenant.apis) {
    if (api.identifier === MY_ACCOUNT_AUDIENCE) api.identifier = `${url}/me/`
    if (api.identifier === MANAGEMENT_AUDIENCE) api.identifier = `${url}/api/v2/`
  }
  change?.(tenant)
  const clock = createClock()
  const users = createUsers(tenant, clock.now)
  let offset = 0
  const context: Context = {
    url,
    providersUrl: url,
    issuer: `${url}/`,
    myAccountAudience: `${url}/me/`,
    managementAudience: `${url}/api/v2/`,
    tenant,
    users,
    signingKey: {
      kid: 'test',
      privateKey,
      privateJwk: await exportJWK(privateKey),
      publicJwk: await exportJWK(publicKey),
    },
    faults: createFaults(),
    credentialFlaw,
    switches: createSwitches(new AsyncLocalStorage()),
    clock,
    logs: createTenantLogs({ tenant, users, now: clock.now }),
    requests: createRequestRecord(clock.now),
    now: clock.now,
  }
  const wait = (seconds: number) => {
    offset += seconds
    clock.advance(seconds)
    clock.skewProofs(offset)
  }
  const nothing = { fetch: () => new Response(null, { status: 404 }) }
  return { context, resources: createDomains(context, { createIssuer: () => nothing }), wait }
}

/** The claims of an access token that a test may want to be others; `undefined` leaves one out. */
export type Claims = Record<string, unknown>

/** An access token for the My Account API, of Alice at the client `spa` unless `claims` say otherwise. */
export async function mintToken(
  { issuer, myAccountAudience, now, signingKey }: Context,
  claims: Claims = {},
  key: CryptoKey = signingKey.privateKey,
): Promise<string> {
  const seconds = Math.floor(now() / 1000)
  const all = {
    iss: issuer,
    aud: myAccountAudience,
    sub: 'auth0|alice',
    azp: 'spa',
    scope: SCOPES,
    iat: seconds,
    exp: seconds + 86_400,
    ...claims,
  }
  return new SignJWT(all).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'test' }).sign(key)
}

/** What a call of the API is made of. */
export interface CallOptions {
  method?: string
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  token?: string
}

/** A function that calls the My Account API, as Alice with a Bearer token unless told otherwise. */
export function createCaller({ context, resources }: TestBed) {
  return async (path: string, options: CallOptions = {}): Promise<Response> => {
    const { body, headers, token = await mintToken(context) } = options
    const request = new Request(`${context.url}/me/v1/connected-accounts${path}`, {
      method: options.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return resources.fetch(request)
  }
}

/** A PKCE pair (RFC 7636 appendix B). */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}
