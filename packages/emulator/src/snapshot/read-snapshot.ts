import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { once } from '../memory/once.js'
import { type CredentialCheck, readTenant } from '../tenant/read-tenant.js'
import type { Tenant } from '../tenant/tenant.js'
import { accountOf, type ProviderAccount } from '../upstream/accounts.js'
import { type SavedAccount, SNAPSHOT_VERSION, type Snapshot } from './snapshot.js'

/** A snapshot that was checked, and for each account who it is at its third party. */
export interface ReadSnapshot extends Pick<Snapshot, 'tenant' | 'connection_users'> {
  connected_accounts: { saved: SavedAccount; account: ProviderAccount }[]
}

const text = { type: 'string', minLength: 1 }
const flag = { type: 'boolean' }
const time = { type: 'string', format: 'date-time' }

const identity = closed({ connection: text, user_id: text, provider: text, isSocial: flag })

const connectionUser = closed(
  {
    user_id: text,
    email: { type: 'string' },
    name: { type: 'string' },
    identity,
    email_verified: flag,
    blocked: flag,
    user_metadata: { type: 'object' },
    app_metadata: { type: 'object' },
  },
  ['user_id', 'email', 'name', 'identity'],
)

const savedAccount = closed(
  {
    user_id: text,
    id: text,
    connection: text,
    scopes: { type: 'array', items: text },
    created_at: time,
    org_id: text,
    email: text,
    idp_user_id: text,
    refresh_token: flag,
    connected_order: { type: 'integer', minimum: 1 },
    used_at: time,
  },
  [
    ...['user_id', 'id', 'connection', 'scopes', 'created_at', 'email'],
    ...['refresh_token', 'connected_order', 'used_at'],
  ],
)

const compiled = once(() => {
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  const snapshot = closed({
    version: { const: SNAPSHOT_VERSION },
    tenant: { type: 'object' },
    // What the emulator itself can hold.
    connection_users: { type: 'array', items: connectionUser, maxItems: 10_000 },
    connected_accounts: { type: 'array', items: savedAccount, maxItems: 10_000 },
  })
  return ajv.compile<Snapshot>(snapshot)
})

/**
 * Checks a snapshot.
 *
 * @throws {TypeError} if it is wrong or from a newer version of the emulator. The message names the field, for example
 * `snapshot/connected_accounts/0/user_id`.
 */
export async function readSnapshot(
  value: unknown,
  credentialFlaw: CredentialCheck,
): Promise<ReadSnapshot> {
  refuseOtherVersion(value)
  const check = compiled()
  if (!check(value)) throw new TypeError(explain(check.errors?.[0]))
  const tenant = readTenantOf(value, credentialFlaw)
  const { connection_users, connected_accounts } = structuredClone(value)
  checkReferences({ tenant, connection_users, connected_accounts })
  const whole = connected_accounts.map(async (saved) => {
    const { connection, email, idp_user_id } = saved
    const account = await accountOf(connection, email)
    return { saved, account: { ...account, sub: idp_user_id ?? account.sub } }
  })
  return { tenant, connection_users, connected_accounts: await Promise.all(whole) }
}

function refuseOtherVersion(value: unknown): void {
  const version = typeof value === 'object' && value && 'version' in value && value.version
  if (version === SNAPSHOT_VERSION) return
  if (typeof version === 'number' && version > SNAPSHOT_VERSION) {
    const newest = `this emulator reads version ${SNAPSHOT_VERSION}`
    throw new TypeError(
      `snapshot/version is ${version}, and ${newest}: update @connected-accounts/emulator`,
    )
  }
  throw new TypeError(
    `snapshot/version must be ${SNAPSHOT_VERSION}: pass what emulator.snapshot() has returned or --export-on-exit has written. A configuration is for the option tenant or for --config`,
  )
}

// Every list of the tenant must be there, or the default tenant's would take its place.
function readTenantOf({ tenant }: Snapshot, credentialFlaw: CredentialCheck): Tenant {
  const lists = ['clients', 'apis', 'users', 'connections', 'organizations', 'client_grants']
  const missing = lists.find((name) => !(name in tenant))
  if (missing !== undefined) throw new TypeError(`snapshot/tenant/${missing} is missing`)
  try {
    return readTenant(tenant, { credentialFlaw })
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`snapshot/${error.message}`)
    throw error
  }
}

type Contents = Omit<Snapshot, 'version'>

function checkReferences({ tenant, connection_users, connected_accounts }: Contents): void {
  const connections = tenant.connections.map(({ name }) => name)
  const users = tenant.users.map(({ user_id }) => user_id)
  for (const [index, { user_id }] of connection_users.entries()) {
    refuseKnown(`connection_users/${index}/user_id`, user_id, users)
    users.push(user_id)
  }
  const ids: string[] = []
  for (const [index, { id, user_id, connection }] of connected_accounts.entries()) {
    const place = `connected_accounts/${index}`
    refuseUnknown(`${place}/user_id must be a user of the snapshot`, user_id, users)
    refuseUnknown(`${place}/connection must be a connection of its tenant`, connection, connections)
    refuseKnown(`${place}/id`, id, ids)
    ids.push(id)
  }
}

function refuseKnown(place: string, value: string, known: string[]): void {
  if (known.includes(value)) throw new TypeError(`snapshot/${place} is there twice: ${value}`)
}

function refuseUnknown(rule: string, value: string, known: string[]): void {
  if (!known.includes(value)) throw new TypeError(`snapshot/${rule}: ${value}`)
}

function closed(properties: Record<string, object>, required = Object.keys(properties)): object {
  return { type: 'object', additionalProperties: false, required, properties }
}

function explain(error: ErrorObject | undefined): string {
  const { instancePath = '', message = 'is wrong', params = {} } = error ?? {}
  const { additionalProperty: unknown } = params
  return `snapshot${instancePath} ${message}${unknown === undefined ? '' : `: ${unknown}`}`
}
