/**
 * What Auth0's published OpenAPI file for the My Account API says of Connected Accounts, taken down by hand in November 2026:
 * statuses by operation, and by schema the required fields, whether it is closed, and each field's limits.
 */
const uri = 'string uri'
const dateTime = 'string date-time'
const account = {
  id: 'string',
  connection: 'string',
  access_type: 'string offline',
  created_at: dateTime,
  expires_at: dateTime,
  scopes: 'array of string',
}

/** Statuses by operation. */
export const publishedStatuses: Record<string, string> = {
  createConnectedAccountRequest: '201 400 401 403 415 429',
  completeConnectedAccountRequest: '201 400 401 403 409 415 429',
  getConnectedAccounts: '200 400 401 403 429',
  getConnectedAccountsConnections: '200 400 401 403 429',
  deleteConnectedAccount: '204 400 401 403 429',
}

/** Scopes by operation. */
export const publishedScopes: Record<string, string> = {
  createConnectedAccountRequest: 'create:me:connected_accounts',
  completeConnectedAccountRequest: 'create:me:connected_accounts',
  getConnectedAccounts: 'read:me:connected_accounts',
  getConnectedAccountsConnections: 'read:me:connected_accounts',
  deleteConnectedAccount: 'delete:me:connected_accounts',
}

/** One schema. */
export interface SchemaFacts {
  required: string
  closed: boolean
  fields: Record<string, string>
}

/** Schemas; a field is its type and what else is said of it. */
export const publishedSchemas: Record<string, SchemaFacts> = {
  CreateConnectedAccountRequest: {
    required: 'connection redirect_uri',
    closed: true,
    fields: {
      connection: 'string 1..128',
      redirect_uri: `${uri} ..2048`,
      state: 'string 1..4096',
      code_challenge: 'string 43..128',
      code_challenge_method: 'string S256',
      scopes: 'array 1..100 unique of string 1..255',
      authorization_params: 'AuthorizationParams',
    },
  },
  AuthorizationParams: {
    required: '',
    closed: true,
    fields: {
      acr_values: 'string 1..1024',
      audience: 'string 1..512',
      display: 'string page popup touch wap',
      id_token_hint: 'string 1..4096',
      login_hint: 'string 1..255',
      max_age: 'integer 0..2147483647',
      prompt: 'string none login consent select_account',
      resource: 'string 1..512',
      ui_locales: 'string 2..100',
    },
  },
  CreateConnectedAccountResponse: {
    required: 'auth_session connect_params connect_uri expires_in',
    closed: true,
    fields: {
      auth_session: 'string ..64',
      connect_uri: uri,
      connect_params: 'object',
      expires_in: 'integer 1..',
    },
  },
  CompleteConnectedAccountRequest: {
    required: 'auth_session connect_code redirect_uri',
    closed: true,
    fields: {
      auth_session: 'string ..64',
      connect_code: 'string 1..46',
      redirect_uri: `${uri} ..2048`,
      code_verifier: 'string 43..128',
    },
  },
  CompleteConnectedAccountResponse: {
    required: 'access_type connection created_at id',
    closed: false,
    fields: account,
  },
  ConnectedAccount: {
    required: 'access_type connection created_at id scopes',
    closed: false,
    fields: { ...account, org_id: 'string' },
  },
  ListConnectedAccountsResponse: {
    required: 'accounts',
    closed: true,
    fields: { accounts: 'array ..20 of ConnectedAccount', next: 'string' },
  },
  Connection: {
    required: 'name strategy',
    closed: true,
    fields: { name: 'string', strategy: 'string', scopes: 'array of string' },
  },
  ListConnectionsResponse: {
    required: 'connections',
    closed: true,
    fields: { connections: 'array ..20 of Connection', next: 'string' },
  },
  ProblemDetails: {
    required: 'detail status title type',
    closed: true,
    fields: {
      type: uri,
      status: 'number',
      title: 'string',
      detail: 'string',
      validation_errors: 'array of ValidationError',
    },
  },
  ValidationError: {
    required: 'detail',
    closed: true,
    fields: { detail: 'string', field: 'string', pointer: 'string', source: 'string' },
  },
}
