import {
  completeConnect,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  isMyAccountApiError,
  iterateConnectedAccounts,
  listConnections,
  sessionStorageTransactions,
  startConnect,
} from '@connected-accounts/client'
import { fromNextjsAuth0 } from '@connected-accounts/client/nextjs-auth0'

const client = createConnectedAccountsClient(fromNextjsAuth0())
const transactions = sessionStorageTransactions()
const user = 'auth0|alice'

/** What the test lets this page do. */
const operations = {
  async list() {
    const accounts = []
    for await (const { id, connection } of iterateConnectedAccounts(client)) {
      accounts.push({ id, connection })
    }
    return accounts
  },
  async connections() {
    return (await listConnections(client)).connections.map(({ name }) => name)
  },
  async start(connection: string) {
    const redirectUri = `${location.origin}/`
    return (await startConnect(client, { connection, redirectUri, transactions, user })).url
  },
  async complete() {
    const completed = await completeConnect(client, {
      callbackUrl: location.href,
      transactions,
      user,
    })
    return completed.account.connection
  },
  remove: (id: string) => deleteConnectedAccount(client, id),
  /** The code of the error with which an operation fails. */
  async failure(operation: 'list' | 'connections') {
    try {
      await operations[operation]()
      return undefined
    } catch (error) {
      return isMyAccountApiError(error) ? { code: error.code, status: error.status } : String(error)
    }
  },
}

/** The operations as the test calls them. */
export type Operations = typeof operations

Object.assign(window, { operations })
