import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import document from '../generated/management.json' with { type: 'json' }
import { once } from '../memory/once.js'
import { DATABASE } from './connections.js'
import { defaultTenant } from './default-tenant.js'
import type { Client, ClientGrant, Tenant } from './tenant.js'

/** Returns what is wrong with a client's credentials and their use, or undefined if nothing is. */
export type CredentialCheck = (client: Client) => { field: string; detail: string } | undefined

const text = { type: 'string', minLength: 1 }
const texts = { type: 'array', items: { type: 'string' } }

/** Returns the JSON Schema of an object without other properties. All properties are required by default. */
function closed(
  properties: Record<string, object>,
  required: string[] = Object.keys(properties),
): object {
  return { type: 'object', additionalProperties: false, required, properties }
}

const { schemas } = document.components

/** Returns references to the properties that a schema has in the Management API's contract. */
function described(
  schema: 'Client' | 'Connection' | 'RefreshTokenSettings',
): Record<string, object> {
  const path = `management#/components/schemas/${schema}/properties/`
  const names = Object.keys(schemas[schema].properties)
  return Object.fromEntries(names.map((name) => [name, { $ref: path + name }]))
}

const refreshToken = {
  ...described('RefreshTokenSettings'),
  policies: {
    type: 'array',
    items: { $ref: 'management#/components/schemas/RefreshTokenPolicy' },
  },
}

const credential = closed(
  { id: text, pem: text, alg: { enum: ['RS256', 'RS384', 'PS256'] }, kid: text },
  ['id', 'pem'],
)

const client = {
  ...described('Client'),
  // The contract has no list, because Auth0 can add types. The emulator knows these.
  app_type: { enum: ['spa', 'native', 'regular_web', 'non_interactive', 'resource_server'] },
  client_secret: text,
  credentials: { type: 'array', items: credential },
  refresh_token: closed(refreshToken, ['rotation_type', 'expiration_type', 'policies']),
}

const api = closed(
  {
    identifier: text,
    name: text,
    scopes: texts,
    token_lifetime: { type: 'integer', minimum: 1 },
    proof_of_possession: { enum: ['none', 'allowed', 'required'] },
    skip_consent_for_verifiable_first_party_clients: { type: 'boolean' },
    token_dialect: {
      enum: ['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'],
    },
    enforce_policies: { type: 'boolean' },
    subject_type_authorization: closed(
      {
        user: closed({ policy: { enum: ['allow_all', 'require_client_grant', 'deny_all'] } }),
        client: closed({ policy: { enum: ['require_client_grant', 'deny_all'] } }),
      },
      [],
    ),
  },
  ['identifier', 'name', 'scopes', 'token_lifetime', 'proof_of_possession'],
)

const clientGrant = closed(
  { client_id: text, audience: text, scope: texts, subject_type: { enum: ['client', 'user'] } },
  ['client_id', 'audience', 'scope'],
)

const permission = closed({ resource_server_identifier: text, permission_name: text })

const authenticationMethod = closed(
  {
    id: { type: 'string', pattern: '^totp\\|dev_[A-Za-z0-9]+$' },
    type: { const: 'totp' },
    totp_secret: { type: 'string', pattern: '^[A-Z2-7]{16,}$' },
    name: text,
  },
  ['id', 'type', 'totp_secret'],
)

const user = closed(
  {
    user_id: text,
    email: text,
    name: text,
    password: text,
    email_verified: { type: 'boolean' },
    blocked: { type: 'boolean' },
    user_metadata: { type: 'object' },
    app_metadata: { type: 'object' },
    permissions: { type: 'array', items: permission },
    authentication_methods: { type: 'array', items: authenticationMethod },
  },
  ['user_id', 'email', 'name', 'password'],
)

const connection = {
  ...described('Connection'),
  scopes: texts,
}

const organization = closed(
  {
    id: { type: 'string', pattern: '^org_[A-Za-z0-9]+$' },
    name: { type: 'string', pattern: '^(?!org_)[a-z0-9][a-z0-9_-]{0,49}$' },
    display_name: text,
    members: texts,
    connections: { ...texts, minItems: 1 },
  },
  ['id', 'name', 'display_name', 'members'],
)

// Values that cannot be sent are refused here, because the error of `fetch` would show them.
const headerName = { type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }
const headerValue = { type: 'string', pattern: '^[\\t\\x20-\\x7e]*$' }

const logStream = closed({
  name: text,
  type: { const: 'http' },
  sink: closed(
    {
      httpEndpoint: { type: 'string', format: 'uri', pattern: '^https?://' },
      httpAuthorization: headerValue,
      httpContentType: headerValue,
      httpContentFormat: { enum: ['JSONLINES', 'JSONARRAY', 'JSONOBJECT'] },
      httpCustomHeaders: {
        type: 'array',
        items: closed({ header: headerName, value: headerValue }),
      },
    },
    ['httpEndpoint'],
  ),
})

const lists = {
  clients: {
    type: 'array',
    items: closed(client, [
      ...schemas.Client.required,
      'app_type',
      'grant_types',
      'callbacks',
      'refresh_token',
    ]),
  },
  apis: { type: 'array', items: api },
  users: { type: 'array', minItems: 1, items: user },
  connections: {
    type: 'array',
    items: closed(connection, [
      ...schemas.Connection.required,
      'display_name',
      'scopes',
      'connected_accounts',
    ]),
  },
  organizations: { type: 'array', items: organization },
  client_grants: { type: 'array', items: clientGrant },
  custom_domains: texts,
  allowed_logout_urls: texts,
  log_streams: { type: 'array', items: logStream },
}

const compiled = once(() => {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  formats.default(ajv)
  ajv.addSchema(document, 'management', undefined, false)
  return ajv.compile(closed(lists, []))
})

/**
 * Checks the option `tenant` and returns the whole tenant. Lists that the option does not have are taken from `rest`, by default
 * the default tenant.
 *
 * @throws {TypeError} if the option is wrong. The message names the field.
 */
export function readTenant(
  option: Partial<Tenant> | undefined = {},
  { rest = defaultTenant(), credentialFlaw }: { rest?: Tenant; credentialFlaw: CredentialCheck },
): Tenant {
  const check = compiled()
  if (!check(option)) throw new TypeError((check.errors ?? []).map(explain).join(', '))
  const tenant = structuredClone({ ...rest, ...option })
  if (!option.client_grants) tenant.client_grants = grantsOfClients(tenant)
  checkTenant(tenant, credentialFlaw)
  return tenant
}

// A client that the option leaves out takes its grants along, as at Auth0.
function grantsOfClients({ clients, client_grants }: Tenant): ClientGrant[] {
  const ids = clients.map(({ client_id }) => client_id)
  return client_grants.filter(({ client_id }) => ids.includes(client_id))
}

function explain({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty: name, allowedValues = [] } = params
  const values = [name ?? allowedValues].flat().join(', ')
  return `tenant${instancePath} ${message}${values && `: ${values}`}`
}

// Checks what a JSON Schema cannot: that names are unique, that references have a target, and that custom domains are host names.
function checkTenant(tenant: Tenant, credentialFlaw: CredentialCheck): void {
  refuseDuplicates(tenant)
  refuseUnknown(tenant)
  refuseHosts(tenant)
  for (const [index, client] of tenant.clients.entries()) {
    const flaw = credentialFlaw(client)
    if (flaw) throw new TypeError(`tenant/clients/${index}/${flaw.field}: ${flaw.detail}`)
  }
}

function refuseDuplicates(tenant: Tenant): void {
  const { clients, apis, users, connections, organizations } = tenant
  const { custom_domains = [], log_streams = [] } = tenant
  const ids = {
    'clients client_id': clients.map(({ client_id }) => client_id),
    'apis identifier': apis.map(({ identifier }) => identifier),
    'users user_id': users.map(({ user_id }) => user_id),
    'users email': users.map(({ email }) => email.toLowerCase()),
    'connections id': connections.map(({ id }) => id),
    'connections name': connections.map(({ name }) => name),
    'organizations id': organizations.map(({ id }) => id),
    'organizations name': organizations.map(({ name }) => name),
    'custom_domains name': custom_domains,
    'log_streams name': log_streams.map(({ name }) => name),
  }
  for (const [field, values] of Object.entries(ids)) {
    const twice = values.find((value, index) => values.indexOf(value) < index)
    if (twice === undefined) continue
    const [list, key] = field.split(' ')
    throw new TypeError(`tenant/${list} must not have the ${key} ${twice} twice`)
  }
}

// These references must have a target. Those of policies and members need none, because it may be added later.
function refuseUnknown({ clients, connections, organizations, client_grants }: Tenant): void {
  const clientIds = clients.map(({ client_id }) => client_id)
  const names = [DATABASE, ...connections.map(({ name }) => name)]
  const refuseOthers = (field: string, values: string[], known: string[]) => {
    const other = values.find((value) => !known.includes(value))
    if (other !== undefined)
      throw new TypeError(`tenant/${field} must exist in the tenant: ${other}`)
  }
  for (const [index, one] of connections.entries()) {
    refuseOthers(`connections/${index}/enabled_clients`, one.enabled_clients ?? [], clientIds)
  }
  for (const [index, one] of organizations.entries()) {
    refuseOthers(`organizations/${index}/connections`, one.connections ?? [], names)
  }
  for (const [index, { client_id }] of client_grants.entries()) {
    refuseOthers(`client_grants/${index}/client_id`, [client_id], clientIds)
  }
}

function refuseHosts({ custom_domains = [] }: Tenant): void {
  const wanted = 'a host name other than localhost, in lower case and without scheme, port and path'
  for (const [index, name] of custom_domains.entries()) {
    if (isHostName(name)) continue
    throw new TypeError(`tenant/custom_domains/${index} must be ${wanted}: ${name}`)
  }
}

// `localhost` and IP addresses are refused, because they already lead to the canonical domain.
function isHostName(name: string): boolean {
  if (name === 'localhost' || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name)) return false
  // The URL parser writes every form of an IPv4 address as four numbers.
  return URL.canParse(`http://${name}`) && !/^[\d.]+$/.test(new URL(`http://${name}`).hostname)
}
