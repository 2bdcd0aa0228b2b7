import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Context } from '../context.js'
import type { SwitchBoard } from '../switches.js'
import type { Connection } from '../tenant.js'
import { createGrants, type Grants, type ProviderAccess } from './grants.js'

/** A third party: an OAuth 2.0 authorization server of its own, with its own client, keys, codes and tokens. */
export interface Provider {
  readonly connection: Connection
  /** `{providersUrl}/upstream/<connection name>`. */
  readonly issuer: string
  readonly client: { readonly client_id: string; readonly client_secret: string }
  /** Whether it follows Google: refresh tokens for `access_type=offline` instead of the scope `offline_access`. */
  readonly isGoogle: boolean
  /** What separates scopes in its answers: a comma at GitHub. */
  readonly scopeSeparator: ' ' | ','
  readonly grants: Grants
  readonly switches: SwitchBoard
  /** The RS256 key of its ID tokens, made when it is first asked for. */
  key(): Promise<{ privateKey: CryptoKey; publicJwk: JWK }>
}

/** The third party behind a connection. */
export function createProvider(
  { providersUrl, now, switches }: Context,
  connection: Connection,
): Provider {
  let key: ReturnType<Provider['key']> | undefined
  return {
    connection,
    issuer: issuerOf(providersUrl, connection.name),
    client: upstreamClient(connection.name),
    isGoogle: connection.strategy === 'google-oauth2',
    scopeSeparator: connection.strategy === 'github' ? ',' : ' ',
    grants: createGrants(now),
    switches,
    key() {
      key ??= createKey()
      return key
    },
  }
}

/** The issuer of the third party behind a connection. */
export function issuerOf(url: string, connection: string): string {
  return `${url}/upstream/${encodeURIComponent(connection)}`
}

/** With what the tenant is registered at the third party behind a connection. */
export function upstreamClient(connection: string): Provider['client'] {
  return { client_id: `auth0-${connection}`, client_secret: `${connection}-secret` }
}

/** What the bearer token of a request reaches at this third party (RFC 6750 §2.1); foreign and expired ones nothing. */
export function accessOf(provider: Provider, request: Request): ProviderAccess | undefined {
  const token = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  return token === undefined ? undefined : provider.grants.findAccess(token)
}

async function createKey(): ReturnType<Provider['key']> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const publicJwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }
  return { privateKey, publicJwk }
}
