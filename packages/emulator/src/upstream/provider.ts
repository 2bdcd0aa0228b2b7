import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Context } from '../context/context.js'
import type { SwitchBoard } from '../faults/switches.js'
import type { Connection } from '../tenant/tenant.js'
import { createGrants, type Grants, type ProviderAccess } from './grants.js'

/** A third party: an OAuth 2.0 authorization server with a client, keys, codes and tokens. */
export interface Provider {
  readonly connection: Connection
  /** The issuer: `{providersUrl}/upstream/<connection name>`. */
  readonly issuer: string
  readonly client: { readonly client_id: string; readonly client_secret: string }
  /** True if it works like Google: it issues refresh tokens for `access_type=offline` and not for the scope `offline_access`. */
  readonly isGoogle: boolean
  /** The separator of the scopes in its responses: a comma at GitHub. */
  readonly scopeSeparator: ' ' | ','
  readonly grants: Grants
  readonly switches: SwitchBoard
  /** Returns the RS256 key of its ID tokens. The first call generates it. */
  key(): Promise<{ privateKey: CryptoKey; publicJwk: JWK }>
}

/** Creates the third party of a connection. */
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

/** Returns the issuer of a connection's third party. */
export function issuerOf(url: string, connection: string): string {
  return `${url}/upstream/${encodeURIComponent(connection)}`
}

/** Returns the client ID and secret of the tenant at a connection's third party. */
export function upstreamClient(connection: string): Provider['client'] {
  return { client_id: `auth0-${connection}`, client_secret: `${connection}-secret` }
}

/** Returns the account and scopes of a request's Bearer token (RFC 6750 §2.1), or undefined if the token is not valid here. */
export function accessOf(provider: Provider, request: Request): ProviderAccess | undefined {
  const token = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  return token === undefined ? undefined : provider.grants.findAccess(token)
}

async function createKey(): ReturnType<Provider['key']> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const publicJwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }
  return { privateKey, publicJwk }
}
