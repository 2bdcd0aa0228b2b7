/** An application registered at the tenant, in the Management API's field names. */
export interface Client {
  client_id: string
  /** Absent for public clients, whose `token_endpoint_auth_method` is then `none`. */
  client_secret?: string
  name: string
  app_type: 'spa' | 'regular_web' | 'resource_server'
  /** The API that a `resource_server` client exchanges access tokens for. */
  resource_server_identifier?: string
  grant_types: string[]
  /** Allowed callback and logout URLs; `http://localhost:*` allows every port and path of localhost. */
  callbacks: string[]
  /** Origins whose scripts may call the tenant, besides those of the callbacks; `http://localhost:*` is every port of localhost. */
  allowed_origins?: string[]
  refresh_token: {
    rotation_type: 'rotating' | 'non-rotating'
    /** Seconds that a rotated token may still be used. 0 if absent: its second use ends the whole family. */
    leeway?: number
    /** Multi-Resource Refresh Token: what a refresh token may be exchanged for besides its own audience. */
    policies: { audience: string; scope: string[] }[]
  }
  /** Whether it gets no token without a DPoP proof. False if absent. */
  require_proof_of_possession?: boolean
}

/** An API (resource server). The My Account API is one, with the identifier `https://{domain}/me/`. */
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

/** A user of the tenant's database, who logs in with `email` and `password`. */
export interface User {
  user_id: string
  email: string
  name: string
  password: string
}

/** A connection to a third party, which the emulator itself plays. */
export interface Connection {
  id: string
  name: string
  strategy: string
  display_name: string
  /** Scopes asked for when a connect request names none. */
  scopes: string[]
  connected_accounts: { active: boolean }
  /** Ids of the clients it is enabled for; absent means all. */
  enabled_clients?: string[]
}

/** Everything that is configured about a tenant. `https://{domain}/me/` stands for its own My Account API. */
export interface Tenant {
  clients: Client[]
  apis: Api[]
  users: User[]
  connections: Connection[]
  /** Who may have what of which API. If absent, every client may have everything. */
  client_grants?: ClientGrant[]
}

/** The audience of the My Account API as tenant data spell it, whatever the emulator's own address. */
export const MY_ACCOUNT_AUDIENCE = 'https://{domain}/me/'

/** The grant type with which Token Vault is exchanged. */
export const TOKEN_VAULT_GRANT =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
