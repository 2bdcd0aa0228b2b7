import type { Tenancy } from '../context/context.js'
import type { components } from '../generated/management.js'
import type { Call, Handler } from '../resource-server/operation.js'
import { pageOf } from '../resource-server/paging.js'
import { profileOf } from '../tenant/profile.js'
import type { Tenant } from '../tenant/tenant.js'
import type { Person } from '../tenant/users.js'
import type { ConnectedAccount, ConnectedAccounts } from '../vault/connected-accounts.js'
import { invalidRequest, managementError } from './error.js'

type Schemas = components['schemas']

/** Creates the operations on users. */
export function userHandlers(
  { tenant, users }: Pick<Tenancy, 'tenant' | 'users'>,
  accounts: ConnectedAccounts,
): Record<'getUser' | 'getUserConnectedAccounts', Handler> {
  const find = ({ path }: Call) => users.find(path.id)
  const missing = () =>
    managementError(404, 'The user does not exist.', { errorCode: 'inexistent_user' })
  const entriesOf = ({ user_id }: Person) =>
    accounts
      .list(user_id)
      .map(({ position, item }) => ({ position, item: accountBody(tenant, item) }))
  return {
    getUser(call) {
      const user = find(call)
      if (!user) return missing()
      const connected_accounts = entriesOf(user).map(({ item }) => item)
      const answer: Schemas['User'] = { ...userBody(user), connected_accounts }
      return Response.json(answer)
    },
    getUserConnectedAccounts(call) {
      const user = find(call)
      if (!user) return missing()
      const page = pageOf(entriesOf(user), { name: 'connected_accounts', query: call.query })
      if (!page) {
        const detail = 'Must be the next of an earlier page'
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

function userBody(user: Person): Schemas['User'] {
  const profile = profileOf(user)
  const { user_id, identity, blocked, user_metadata, app_metadata } = user
  return {
    user_id,
    ...profile,
    created_at: profile.updated_at,
    identities: [identity],
    ...(blocked !== undefined && { blocked }),
    ...(user_metadata && { user_metadata }),
    ...(app_metadata && { app_metadata }),
  }
}

/** Returns an account in the form of this API: with more about its connection, and another name for its organization. */
function accountBody(
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
