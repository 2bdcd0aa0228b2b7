import type { Tenancy } from '../context/context.js'
import { InputError } from '../tenant/input-error.js'
import { accountOf } from '../upstream/accounts.js'
import type { ProviderTokens } from '../upstream/client.js'
import { type Grant, PROVIDER_TOKEN_LIFETIME } from '../upstream/grants.js'
import type { Provider } from '../upstream/provider.js'
import type { Upstream } from '../upstream/upstream.js'
import type { ConnectedAccount, ConnectedAccounts } from './connected-accounts.js'

/** The accounts to connect without a browser. */
export interface SeedRequest {
  /** The ID of the user who owns the accounts. */
  user_id: string
  /** The name of the connection. */
  connection: string
  /** The ID of the organization that the user is logged in to: none by default. */
  org_id?: string
  /** How many accounts to connect, from 1 to 100: 1 by default. Each is a different account at the provider. Not with `emails`. */
  count?: number
  /** The email addresses of the accounts, one account for each. A `login_hint` selects one by its address. */
  emails?: string[]
}

/** The parts of the emulator that seeding uses. */
export interface SeedParts {
  context: Tenancy
  accounts: ConnectedAccounts
  upstream: Upstream
}

/**
 * Connects accounts as if the user had allowed each with the connection's scopes. The third party issues their tokens. Rejects with
 * an `InputError` that names the field if the tenant has no such user, connection or organization; then it connects no account.
 */
export async function seedAccounts(
  parts: SeedParts,
  requests: SeedRequest | SeedRequest[],
  name: string,
): Promise<ConnectedAccount[]> {
  const checked = [requests].flat().map((request, index) => {
    const place = Array.isArray(requests) ? `${name}/${index}` : name
    return { request, provider: providerOf(parts, request, place) }
  })
  const seeded: ConnectedAccount[] = []
  for (const { request, provider } of checked) {
    for (const email of emailsOf(parts, request)) {
      seeded.push(await connect(parts, { request, provider, email }))
    }
  }
  return seeded
}

function providerOf({ context, upstream }: SeedParts, request: SeedRequest, name: string) {
  if (!context.users.find(request.user_id)) {
    throw new InputError(`${name}/user_id is not a user of the tenant`)
  }
  refuseStranger(context, request, name)
  const provider = upstream.provider(request.connection)
  if (provider) return provider
  throw new InputError(`${name}/connection is not a connection of the tenant`)
}

function refuseStranger({ tenant }: Tenancy, { user_id, org_id }: SeedRequest, name: string): void {
  if (org_id === undefined) return
  const organization = tenant.organizations.find(({ id }) => id === org_id)
  if (!organization) throw new InputError(`${name}/org_id is not an organization of the tenant`)
  if (organization.members.includes(user_id)) return
  throw new InputError(`${name}/user_id is not a member of the organization ${org_id}`)
}

function emailsOf({ accounts }: SeedParts, request: SeedRequest): string[] {
  const { user_id, connection, count = 1, emails } = request
  if (emails) return emails.map((email) => email.trim().toLowerCase())
  const taken = new Set(accounts.list(user_id).map(({ grant }) => grant.email))
  const addresses: string[] = []
  for (let number = taken.size + 1; addresses.length < count; number += 1) {
    const address = `seed.${number}@${connection}.example`
    if (!taken.has(address)) addresses.push(address)
  }
  return addresses
}

/** Issues a third party's tokens for a grant, without a login there. */
export function issueTokens(
  { grants, scopeSeparator }: Provider,
  grant: Grant,
  now: () => number,
): ProviderTokens {
  return {
    accessToken: grants.issueAccess(grant, grant.scopes),
    ...(grant.offline && { refreshToken: grants.issueRefresh(grant) }),
    expiresAt: now() + PROVIDER_TOKEN_LIFETIME * 1000,
    scope: grant.scopes.join(scopeSeparator),
  }
}

interface Seed {
  request: SeedRequest
  provider: Provider
  email: string
}

async function connect(
  { context, accounts }: SeedParts,
  { request, provider, email: address }: Seed,
): Promise<ConnectedAccount> {
  const { isGoogle, switches } = provider
  const scopes = provider.connection.scopes.filter(
    (scope) => !isGoogle || scope !== 'offline_access',
  )
  const account = await accountOf(request.connection, address)
  const offline = switches.get().providerRefreshToken !== 'missing'
  const tokens = issueTokens(provider, { account, scopes, offline }, context.now)
  const { sub: subject, email } = account
  const owner = { userId: request.user_id, orgId: request.org_id }
  const details = { subject, email, scopes, tokens }
  return accounts.connect(owner, request.connection, details).item
}
