import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import document from '../generated/management.json' with { type: 'json' }
import { once } from '../memory/once.js'
import { defaultTenant } from './default-tenant.js'
import type { Tenant } from './tenant.js'
import { type CredentialCheck, checkTenant } from './tenant-check.js'

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
  },
  ['identifier', 'name', 'scopes', 'token_lifetime', 'proof_of_possession'],
)

const clientGrant = closed({ client_id: text, audience: text, scope: texts })

const user = closed({ user_id: text, email: text, name: text, password: text })

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
  checkTenant(tenant, credentialFlaw)
  return tenant
}

function explain({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty: name } = params
  return `tenant${instancePath} ${message}${name === undefined ? '' : `: ${name}`}`
}
