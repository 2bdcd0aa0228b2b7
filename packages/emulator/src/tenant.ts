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
  refresh_token: {
    rotation_type: 'rotating' | 'non-rotating'
    /** Multi-Resource Refresh Token: what a refresh token may be exchanged for besides its own audience. */
    policies: { audience: string; scope: string[] }[]
  }
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
}

/** The audience of the My Account API as tenant data spell it, whatever the emulator's own address. */
export const MY_ACCOUNT_AUDIENCE = 'https://{domain}/me/'

/** The grant type with which Token Vault is exchanged. */
export const TOKEN_VAULT_GRANT =
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'

const myAccountScopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)
const exampleApi = 'https://api.example.test/'
const anyLocalhost = ['http://localhost:*']

const userClient = {
  callbacks: anyLocalhost,
  refresh_token: {
    rotation_type: 'non-rotating' as const,
    policies: [
      { audience: MY_ACCOUNT_AUDIENCE, scope: myAccountScopes },
      { audience: exampleApi, scope: ['read:calendar'] },
    ],
  },
}

/** The tenant that an emulator has when nothing is configured. Each call gives a new copy. */
export function defaultTenant(): Tenant {
  return structuredClone({
    clients: [
      {
        ...userClient,
        client_id: 'spa',
        name: 'Single page application',
        app_type: 'spa',
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        ...userClient,
        client_id: 'web',
        client_secret: 'web-secret',
        name: 'Web application',
        app_type: 'regular_web',
        grant_types: [
          'authorization_code',
          'refresh_token',
          'client_credentials',
          TOKEN_VAULT_GRANT,
        ],
      },
      {
        client_id: 'api',
        client_secret: 'api-secret',
        name: 'Example API',
        app_type: 'resource_server',
        resource_server_identifier: exampleApi,
        grant_types: [TOKEN_VAULT_GRANT],
        callbacks: [],
        refresh_token: { rotation_type: 'non-rotating', policies: [] },
      },
    ],
    apis: [
      {
        identifier: MY_ACCOUNT_AUDIENCE,
        name: 'Auth0 My Account API',
        scopes: myAccountScopes,
        token_lifetime: 86_400,
        proof_of_possession: 'allowed',
      },
      {
        identifier: exampleApi,
        name: 'Example API',
        scopes: ['read:calendar'],
        token_lifetime: 86_400,
        proof_of_possession: 'allowed',
      },
    ],
    users: [
      {
        user_id: 'auth0|alice',
        email: 'alice@example.test',
        name: 'Alice',
        password: 'password',
      },
      { user_id: 'auth0|bob', email: 'bob@example.test', name: 'Bob', password: 'password' },
    ],
    connections: [
      {
        id: 'con_google',
        name: 'google-oauth2',
        strategy: 'google-oauth2',
        display_name: 'Google',
        scopes: [
          'openid',
          'profile',
          'email',
          'offline_access',
          'https://www.googleapis.com/auth/calendar.readonly',
        ],
        connected_accounts: { active: true },
      },
      {
        id: 'con_github',
        name: 'github',
        strategy: 'github',
        display_name: 'GitHub',
        scopes: ['read:user', 'repo', 'offline_access'],
        connected_accounts: { active: true },
      },
      {
        id: 'con_acme',
        name: 'acme',
        strategy: 'oauth2',
        display_name: 'Acme',
        scopes: ['openid', 'profile', 'offline_access'],
        connected_accounts: { active: true },
      },
    ],
  } satisfies Tenant)
}
