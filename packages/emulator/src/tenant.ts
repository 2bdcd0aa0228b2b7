import type { components } from './generated/management.js'

type Schemas = components['schemas']
type ClientOfContract = Schemas['Client']
type ConnectionOfContract = Schemas['Connection']

/** A public key of a client, as Auth0 keeps it under `/clients/{id}/credentials`. */
export interface Credential {
  id: string
  /** The key as SPKI, or a certificate. */
  pem: string
  /** `RS256` by default. */
  alg?: 'RS256' | 'RS384' | 'PS256'
  /** What JWTs may name it by in their header. */
  kid?: string
}

/** An application registered at the tenant. */
export interface Client extends ClientOfContract {
  /** Absent for public clients, whose `token_endpoint_auth_method` is then `none`. */
  client_secret?: string
  /** The keys that `client_authentication_methods` and `token_vault_privileged_access` name by their ids. */
  credentials?: Credential[]
  app_type: Schemas['AppType']
  grant_types: string[]
  /** Allowed callback and logout URLs; `http://localhost:*` allows every port and path of localhost. */
  callbacks: string[]
  /** Origins whose scripts may call the tenant, besides those of the callbacks; `http://localhost:*` is every port of localhost. */
  allowed_origins?: string[]
  /** Its `leeway` is 0 if absent: the second use of a rotated token ends the whole family. */
  refresh_token: Schemas['RefreshTokenSettings'] & {
    /** Multi-Resource Refresh Token: what a refresh token may be exchanged for besides its own audience. */
    policies: Schemas['RefreshTokenPolicy'][]
  }
}

/** An API (resource server). The My Account API and the Management API are two, with identifiers of their own. */
export interface Api {
  identifier: string
  name: string
  scopes: string[]
  /** Life of its access tokens in seconds. */
  token_lifetime: number
  /** `dpop` mode: none issues Bearer only, allowed takes both, required refuses what is not bound. */
  proof_of_possession: 'none' | 'allowed' | 'required'
  /** "Allow Skipping User Consent", which refresh tokens of other logins need (MRRT). True if absent. */
  skip_consent_for_verifiable_first_party_clients?: boolean
}

/** What a client may have of an API. */
export interface ClientGrant {
  client_id: string
  audience: string
  scope: string[]
}

/** Who a user is. */
export type Profile = Required<Pick<Schemas['User'], 'user_id' | 'email' | 'name'>>

/** A user of the tenant's database, who logs in with `email` and `password`. */
export interface User extends Profile {
  password: string
}

/** A company or team whose members log in to it. */
export interface Organization {
  /** `org_` and letters and digits. */
  id: string
  /** Small letters, digits, `-` and `_`. */
  name: string
  display_name: string
  /** Ids of the users who are in it. */
  members: string[]
  /** Names of the connections with which they log in; absent means all. */
  connections?: string[]
}

/** A connection to a third party, which the emulator itself plays. */
export interface Connection extends ConnectionOfContract {
  display_name: string
  /** Scopes asked for at a login, and when a connect request names none: `options.scope` of the Management API. */
  scopes: string[]
  /** Whether people log in with it. They do if absent. */
  authentication?: Schemas['AuthenticationPurpose']
  connected_accounts: Schemas['ConnectedAccountsPurpose']
  /** Ids of the clients it is enabled for; absent means all. */
  enabled_clients?: string[]
}

/**
 * Everything that is configured about a tenant. `https://{domain}/me/` stands for its own My Account API, and
 * `https://{domain}/api/v2/` for its Management API, at each of its domains.
 */
export interface Tenant {
  clients: Client[]
  apis: Api[]
  users: User[]
  connections: Connection[]
  organizations: Organization[]
  /** Who may have what of which API. If absent, every client may have everything. */
  client_grants?: ClientGrant[]
  /** Host names by which the tenant can be called besides its own, such as `login.localhost`. */
  custom_domains?: string[]
}

/** The audience of the My Account API as tenant data spell it, whatever the emulator's own address. */
export const MY_ACCOUNT_AUDIENCE = 'https://{domain}/me/'

/** The audience of the Management API as tenant data spell it. */
export const MANAGEMENT_AUDIENCE = 'https://{domain}/api/v2/'

/** The grant type with which Token Vault is exchanged. */
export const TOKEN_VAULT_GRANT =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'

/** How a client authenticates at the token endpoint: as it says, or else by its secret if it has one. */
export function authMethodOf({
  client_authentication_methods,
  client_secret,
  token_endpoint_auth_method,
}: Pick<Client, 'client_authentication_methods' | 'client_secret' | 'token_endpoint_auth_method'>):
  | NonNullable<Schemas['TokenEndpointAuthMethod']>
  | 'private_key_jwt' {
  if (client_authentication_methods) return 'private_key_jwt'
  return token_endpoint_auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_post')
}
