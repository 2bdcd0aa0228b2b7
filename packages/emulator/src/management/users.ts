import type { ConnectedAccount, ConnectedAccounts } from '../connected-accounts.js'
import type { components } from '../generated/management.js'
import { profileOf } from '../oidc/account.js'
import type { Call, Handler } from '../operation-answer.js'
import { pageOf } from '../paging.js'
import type { Tenant, User } from '../tenant.js'
import { invalidRequest, managementError } from './error.js'

type Schemas = components['schemas']

/** The operations on users. */
export function userHandlers(
  tenant: Tenant,
  accounts: ConnectedAccounts,
): Record<'getUser' | 'getUserConnectedAccounts', Handler> {
  const find = ({ path }: Call) => tenant.users.find(({ user_id }) => user_id === path.id)
  const missing = () =>
    managementError(404, 'The user does not exist.', { errorCode: 'inexistent_user' })
  const entriesOf = ({ user_id }: User) =>
    accounts.list(user_id).map(({ position, item }) => ({ position, item: shown(tenant, item) }))
  return {
    getUser(call) {
      const user = find(call)
      if (!user) return missing()
      const connected_accounts = entriesOf(user).map(({ item }) => item)
      const answer: Schemas['User'] = { ...describe(user), connected_accounts }
      return Response.json(answer)
    },
    getUserConnectedAccounts(call) {
      const user = find(call)
      if (!user) return missing()
      const page = pageOf(entriesOf(user), { name: 'connected_accounts', query: call.query })
      if (!page) {
        const detail = 'Not the next of a page before'
        return invalidRequest({ detail, field: 'from', source: 'query' })
      }
      const { items: connected_accounts, next } = page
      const answer: Schemas['ListUserConnectedAccountsResponse'] = {
        connected_accounts,
        ...(next && { next }),
      }
      return Response.json(answer)
    },
  }
}

function describe(user: User): Schemas['User'] {
  const [provider = '', ...rest] = user.user_id.split('|')
  const profile = profileOf(user)
  return {
    user_id: user.user_id,
    ...profile,
    created_at: profile.updated_at,
    identities: [
      {
        connection: 'Username-Password-Authentication',
        user_id: rest.join('|'),
        provider,
        isSocial: false,
      },
    ],
  }
}

/** The account as this API shows it: with more of its connection, and another name for its organization. */
function shown(
  { connections }: Tenant,
  { org_id, ...account }: ConnectedAccount,
): Schemas['UserConnectedAccount'] {
  const connection = connections.find(({ name }) => name === account.connection)
  return {
    ...account,
    connection_id: connection?.id ?? '',
    strategy: connection?.strategy ?? '',
    ...(org_id && { organization_id: org_id }),
  }
}
