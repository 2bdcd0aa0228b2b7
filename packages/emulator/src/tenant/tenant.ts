import type { components } from '../generated/management.js'

type Schemas = components['schemas']
type ClientOfContract = Schemas['Client']
type ConnectionOfContract = Schemas['Connection']

/** A public key of a client, as Auth0 stores it under `/clients/{id}/credentials`. */
export interface Credential {
  id: string
  /** The public key in PEM (SPKI), or a certificate. */
  pem: string
  /** The algorithm of the JWTs that the client signs: `RS256` by default. */
  alg?: 'RS256' | 'RS384' | 'PS256'
  /** The key ID that JWTs can name in their header. */
  kid?: string
}

/** An application that is registered at the tenant. */
export interface Client extends ClientOfContract {
  /** The client's secret. A client without one is public: its `token_endpoint_auth_method` is then `none`. */
  client_secret?: string
  /** The client's keys. `client_authentication_methods` and `token_vault_privileged_access` refer to them by `id`. */
  credentials?: Credential[]
  app_type: Schemas['AppType']
  grant_types: string[]
  /**
   * The allowed callback URLs. In this list and the three below, `http://localhost:*` allows every port and path of localhost, and
   * `http://127.0.0.1:*` those of that address.
   */
  callbacks: string[]
  /** The URLs to which a logout with this `client_id` can lead. Without a target, it leads to the first one. */
  allowed_logout_urls?: string[]
  /** More origins whose scripts can call the tenant (CORS); those of `callbacks` always can. */
  allowed_origins?: string[]
  /** The origins whose pages can log in with `response_mode=web_message`: in a popup, or silently in an iframe. */
  web_origins?: string[]
  /** The settings of its refresh tokens. Without `leeway`, the second use of a rotated token revokes the whole token family. */
  refresh_token: Schemas['RefreshTokenSettings'] & {
    /** The other audiences and scopes that a refresh token can be exchanged for (Multi-Resource Refresh Tokens). */
    policies: Schemas['RefreshTokenPolicy'][]
  }
}

/** An API (resource server). The My Account API and the Management API are in the same list, see `MY_ACCOUNT_AUDIENCE`. */
export interface Api {
  identifier: string
  name: string
  scopes: string[]
  /** How long its access tokens are valid, in seconds. */
  token_lifetime: number
  /** The DPoP mode: `none` issues Bearer tokens only, `allowed` accepts both kinds, `required` refuses Bearer tokens. */
  proof_of_possession: 'none' | 'allowed' | 'required'
  /**
   * Auth0's setting "Allow Skipping User Consent", true by default. It must be true if refresh tokens of logins for other audiences
   * are exchanged for this API (MRRT).
   */
  skip_consent_for_verifiable_first_party_clients?: boolean
  /**
   * The form of its access tokens: `access_token` by default. `rfc9068_profile` follows RFC 9068. The tokens of the `_authz` dialects
   * also have the claim `permissions`.
   */
  token_dialect?: TokenDialect
  /** Whether role-based access control is on, false by default. Users then get only scopes that are among their `permissions`. */
  enforce_policies?: boolean
  /**
   * Which clients get tokens for the API: tokens of users (`user`), and machine tokens of the client credentials grant (`client`). By
   * default, all clients get tokens of users, and clients with a client grant get machine tokens. For the My Account API, clients
   * with a grant get tokens of users, and no client gets machine tokens.
   */
  subject_type_authorization?: {
    user?: { policy: 'allow_all' | 'require_client_grant' | 'deny_all' }
    client?: { policy: 'require_client_grant' | 'deny_all' }
  }
}

/** The form of the access tokens of an API. */
export type TokenDialect =
  | 'access_token'
  | 'access_token_authz'
  | 'rfc9068_profile'
  | 'rfc9068_profile_authz'

/** The scopes of an API that a client is allowed to have. */
export interface ClientGrant {
  client_id: string
  audience: string
  scope: string[]
  /** Whether the grant is for machine tokens (`client`, the default) or for tokens of users (`user`). */
  subject_type?: 'client' | 'user'
}

/** The profile of a user. `email_verified` is true by default, and `blocked` false. */
export type Profile = Required<Pick<Schemas['User'], 'user_id' | 'email' | 'name'>> &
  Pick<Schemas['User'], 'email_verified' | 'blocked' | 'user_metadata' | 'app_metadata'>

/** A scope of an API that is assigned to a user. */
export interface Permission {
  /** The identifier of the API. */
  resource_server_identifier: string
  /** The scope. */
  permission_name: string
}

/** A user of the tenant's database, who logs in with `email` and `password`. */
export interface User extends Profile {
  password: string
  /** What the user may do at the APIs: none by default. See `enforce_policies` and `token_dialect` of an API. */
  permissions?: Permission[]
  /** The second factors of the user: none by default. See the switch `myAccountPolicy`. */
  authentication_methods?: AuthenticationMethod[]
}

/** A second factor of a user: an authenticator app, in the form of Auth0's Management API. */
export interface AuthenticationMethod {
  /** `totp|dev_`, followed by letters and digits. */
  id: string
  type: 'totp'
  /** The secret of the app (RFC 6238) in base32, for example `JBSWY3DPEHPK3PXP`. */
  totp_secret: string
  /** A name of the user for the app. */
  name?: string
}

/** An organization: a company or a team whose members can log in to it. */
export interface Organization {
  /** `org_`, followed by letters and digits. */
  id: string
  /** Lowercase letters, digits, `-` and `_`. */
  name: string
  display_name: string
  /** The `user_id` of each member. */
  members: string[]
  /** The names of the connections that members can log in with: all by default. */
  connections?: string[]
}

/** A connection to a third party. The emulator plays the third party itself. */
export interface Connection extends ConnectionOfContract {
  display_name: string
  /**
   * The scopes that are requested at a login, and by a connect request that names none. The Management API calls them
   * `options.scope`.
   */
  scopes: string[]
  /** Whether users can log in with it: yes by default. */
  authentication?: Schemas['AuthenticationPurpose']
  connected_accounts: Schemas['ConnectedAccountsPurpose']
  /** The IDs of the clients that can use it: all by default. */
  enabled_clients?: string[]
}

/** A receiver of the events of the tenant's log: a log stream of the type `http`, in the form of Auth0's Management API. */
export interface LogStream {
  /** A name that no other log stream has. */
  name: string
  type: 'http'
  sink: LogStreamSink
}

/** The receiver of a log stream. */
export interface LogStreamSink {
  /** The URL that gets the events by POST. */
  httpEndpoint: string
  /** The value of the `Authorization` header: no header by default. */
  httpAuthorization?: string
  /** The value of the `Content-Type` header: `application/json` by default. */
  httpContentType?: string
  /**
   * The form of the body: `JSONLINES`, the default, has one event a line. `JSONARRAY` is an array of events. With `JSONOBJECT`,
   * each request has one event.
   */
  httpContentFormat?: 'JSONLINES' | 'JSONARRAY' | 'JSONOBJECT'
  /** More headers: none by default. */
  httpCustomHeaders?: { header: string; value: string }[]
}

/**
 * The configuration of a tenant. In `apis`, `client_grants` and the clients' policies, write `MY_ACCOUNT_AUDIENCE` for its My Account API and
 * `MANAGEMENT_AUDIENCE` for its Management API. They mean the API at each of the tenant's domains.
 */
export interface Tenant {
  clients: Client[]
  apis: Api[]
  users: User[]
  connections: Connection[]
  organizations: Organization[]
  /** Which client can have which scopes of the APIs that require a client grant. See `subject_type_authorization` of an API. */
  client_grants: ClientGrant[]
  /** More host names of the tenant, for example `login.localhost`. */
  custom_domains?: string[]
  /** The URLs to which a logout without `client_id` can lead. Without a target, it leads to the first one. */
  allowed_logout_urls?: string[]
  /** The receivers of the events of the tenant's log. None by default. */
  log_streams?: LogStream[]
}

/** The audience of the My Account API in a `Tenant`. The emulator replaces `{domain}` with its own address. */
export const MY_ACCOUNT_AUDIENCE = 'https://{domain}/me/'

/** The audience of the Management API in a `Tenant`. The emulator replaces `{domain}` with its own address. */
export const MANAGEMENT_AUDIENCE = 'https://{domain}/api/v2/'

/** The grant type of the Token Vault exchange: a client exchanges a token of Auth0 for an access token of a connected account. */
export const TOKEN_VAULT_GRANT =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'

/** The grant type that ends a refresh which needed a second factor, with the `mfa_token` and a one-time password. */
export const MFA_OTP_GRANT = 'http://auth0.com/oauth/grant-type/mfa-otp'

/** Returns how a client authenticates at the token endpoint: its own setting, or else `client_secret_post` if it has a secret. */
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
