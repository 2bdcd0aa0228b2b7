import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { defaultTenant } from './default-tenant.js'
import { MY_ACCOUNT_AUDIENCE, type Tenant } from './tenant.js'

const text = { type: 'string', minLength: 1 }
const texts = { type: 'array', items: { type: 'string' } }

/** A closed object: what is not optional is required. */
function closed(properties: Record<string, object>, optional: string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties }
}

const client = closed(
  {
    client_id: text,
    client_secret: text,
    name: text,
    app_type: { enum: ['spa', 'regular_web', 'resource_server'] },
    resource_server_identifier: text,
    grant_types: texts,
    callbacks: texts,
    allowed_origins: texts,
    refresh_token: closed(
      {
        rotation_type: { enum: ['rotating', 'non-rotating'] },
        leeway: { type: 'integer', minimum: 0 },
        policies: { type: 'array', items: closed({ audience: text, scope: texts }) },
      },
      ['leeway'],
    ),
    require_proof_of_possession: { type: 'boolean' },
  },
  ['client_secret', 'resource_server_identifier', 'allowed_origins', 'require_proof_of_possession'],
)

const api = closed(
  {
    identifier: text,
    name: text,
    scopes: texts,
    token_lifetime: { type: 'integer', minimum: 1 },
    proof_of_possession: { enum: ['none', 'allowed', 'required'] },
    skip_consent_for_verifiable_first_party_clients: { type: 'boolean' },
  },
  ['skip_consent_for_verifiable_first_party_clients'],
)

const clientGrant = closed({ client_id: text, audience: text, scope: texts })

const user = closed({ user_id: text, email: text, name: text, password: text })

const connection = closed(
  {
    id: text,
    name: text,
    strategy: text,
    display_name: text,
    scopes: texts,
    connected_accounts: closed({ active: { type: 'boolean' } }),
    enabled_clients: texts,
  },
  ['enabled_clients'],
)

const lists = {
  clients: { type: 'array', items: client },
  apis: { type: 'array', items: api },
  users: { type: 'array', minItems: 1, items: user },
  connections: { type: 'array', items: connection },
  client_grants: { type: 'array', items: clientGrant },
}

/**
 * The tenant that the option `tenant` describes: each list that it has replaces the default one. Throws a `TypeError` that names
 * the field that is wrong.
 */
export function readTenant(option: Partial<Tenant> = {}): Tenant {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
  const check = ajv.compile(closed(lists, Object.keys(lists)))
  if (!check(option)) throw new TypeError((check.errors ?? []).map(explain).join(', '))
  const tenant = structuredClone({ ...defaultTenant(), ...option })
  refuseDuplicates(tenant)
  return tenant
}

function explain({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty: name } = params
  return `tenant${instancePath} ${message}${name === undefined ? '' : `: ${name}`}`
}

function refuseDuplicates({ clients, apis, users, connections }: Tenant): void {
  const ids = {
    'clients client_id': clients.map(({ client_id }) => client_id),
    'apis identifier': apis.map(({ identifier }) => identifier),
    'users user_id': users.map(({ user_id }) => user_id),
    'users email': users.map(({ email }) => email.toLowerCase()),
    'connections name': connections.map(({ name }) => name),
  }
  for (const [field, values] of Object.entries(ids)) {
    const twice = values.find((value, index) => values.indexOf(value) < index)
    if (twice === undefined) continue
    const [list, key] = field.split(' ')
    throw new TypeError(`tenant/${list} must not have the ${key} ${twice} twice`)
  }
}

/** The tenant with the audience of its My Account API in place of `https://{domain}/me/`. */
export function withMyAccountAudience(tenant: Tenant, audience: string): Tenant {
  const named = (name: string) => (name === MY_ACCOUNT_AUDIENCE ? audience : name)
  const renamed = <Item extends { audience: string }>(item: Item): Item => ({
    ...item,
    audience: named(item.audience),
  })
  const { apis, clients, client_grants } = tenant
  return {
    ...tenant,
    apis: apis.map((one) => ({ ...one, identifier: named(one.identifier) })),
    clients: clients.map(({ refresh_token, ...one }) => ({
      ...one,
      refresh_token: { ...refresh_token, policies: refresh_token.policies.map(renamed) },
    })),
    ...(client_grants && { client_grants: client_grants.map(renamed) }),
  }
}
