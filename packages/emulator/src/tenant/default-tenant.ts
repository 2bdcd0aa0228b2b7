import {
  type Api,
  type Client,
  type ClientGrant,
  type Connection,
  MANAGEMENT_AUDIENCE,
  MFA_OTP_GRANT,
  MY_ACCOUNT_AUDIENCE,
  type Organization,
  type Tenant,
  TOKEN_VAULT_GRANT,
  type User,
} from './tenant.js'

const myAccountScopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)
const managementScopes = [
  'read:users',
  'read:clients',
  'update:clients',
  'read:connections',
  'update:connections',
]
const exampleApi = 'https://api.example.test/'
const exampleScopes = ['read:calendar']

const local = ['http://localhost:*', 'http://127.0.0.1:*']

const forUsers: Pick<
  Client,
  'callbacks' | 'allowed_logout_urls' | 'web_origins' | 'refresh_token'
> = {
  // A copy for each list: `structuredClone` would keep one array that the lists of a client share.
  callbacks: [...local],
  allowed_logout_urls: [...local],
  web_origins: [...local],
  refresh_token: {
    rotation_type: 'non-rotating',
    expiration_type: 'expiring',
    policies: [
      { audience: MY_ACCOUNT_AUDIENCE, scope: myAccountScopes },
      { audience: exampleApi, scope: exampleScopes },
    ],
  },
}

const forMachines: Pick<Client, 'callbacks' | 'refresh_token'> = {
  callbacks: [],
  refresh_token: { rotation_type: 'non-rotating', expiration_type: 'expiring', policies: [] },
}

const clients: Client[] = [
  {
    ...forUsers,
    client_id: 'spa',
    name: 'Single page application',
    app_type: 'spa',
    grant_types: ['authorization_code', 'refresh_token', MFA_OTP_GRANT],
  },
  {
    ...forUsers,
    client_id: 'web',
    client_secret: 'web-secret',
    name: 'Web application',
    app_type: 'regular_web',
    grant_types: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      MFA_OTP_GRANT,
      TOKEN_VAULT_GRANT,
    ],
  },
  {
    ...forMachines,
    client_id: 'api',
    client_secret: 'api-secret',
    name: 'Example API',
    app_type: 'resource_server',
    resource_server_identifier: exampleApi,
    grant_types: [TOKEN_VAULT_GRANT],
  },
  {
    ...forMachines,
    client_id: 'management',
    client_secret: 'management-secret',
    name: 'Management of the tenant',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  },
]

const common: Pick<Api, 'token_lifetime' | 'proof_of_possession'> = {
  token_lifetime: 86_400,
  proof_of_possession: 'allowed',
}

const apis: Api[] = [
  {
    ...common,
    identifier: MY_ACCOUNT_AUDIENCE,
    name: 'Auth0 My Account API',
    scopes: myAccountScopes,
  },
  { ...common, identifier: exampleApi, name: 'Example API', scopes: exampleScopes },
  {
    identifier: MANAGEMENT_AUDIENCE,
    name: 'Auth0 Management API',
    scopes: managementScopes,
    token_lifetime: 86_400,
    proof_of_possession: 'none',
  },
]

const client_grants: ClientGrant[] = [
  ...['spa', 'web'].map((client_id) => ({
    client_id,
    audience: MY_ACCOUNT_AUDIENCE,
    scope: myAccountScopes,
    subject_type: 'user' as const,
  })),
  { client_id: 'web', audience: exampleApi, scope: exampleScopes },
  { client_id: 'management', audience: MANAGEMENT_AUDIENCE, scope: managementScopes },
]

const users: User[] = [
  { user_id: 'auth0|alice', email: 'alice@example.test', name: 'Alice', password: 'password' },
  { user_id: 'auth0|bob', email: 'bob@example.test', name: 'Bob', password: 'password' },
]

const connections: Connection[] = [
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
    authentication: { active: true },
    connected_accounts: { active: true },
  },
  {
    id: 'con_github',
    name: 'github',
    strategy: 'github',
    display_name: 'GitHub',
    scopes: ['read:user', 'repo', 'offline_access'],
    authentication: { active: true },
    connected_accounts: { active: true },
  },
  {
    id: 'con_acme',
    name: 'acme',
    strategy: 'oauth2',
    display_name: 'Acme',
    scopes: ['openid', 'profile', 'offline_access'],
    authentication: { active: false },
    connected_accounts: { active: true },
  },
  {
    id: 'con_company',
    name: 'example-company',
    strategy: 'oidc',
    display_name: 'Example Company',
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    authentication: { active: true },
    connected_accounts: { active: true },
  },
]

const organizations: Organization[] = [
  {
    id: 'org_example',
    name: 'example-organization',
    display_name: 'Example Organization',
    members: ['auth0|alice'],
  },
]

const others = {
  ...{ apis, users, connections, organizations, client_grants },
  allowed_logout_urls: local,
}

/**
 * Returns a new copy of the tenant that an emulator starts with by default. Use it to change only a part of one list.
 *
 * @example
 * ```ts
 * const { users } = defaultTenant()
 * const carol = { user_id: 'auth0|carol', email: 'carol@example.test', name: 'Carol', password: 'password' }
 * const emulator = await createEmulator({ tenant: { users: [...users, carol] } })
 * ```
 */
export function defaultTenant(): Tenant {
  // Clone the clients one by one: a single clone of the list would keep the objects that two clients share shared.
  const own = clients.map((client) => structuredClone(client))
  return { clients: own, ...structuredClone(others) }
}
