// An app that has registered its connections, against the package as it is built: a registration is for a whole program.
import {
  type ConnectedAccountsClient,
  defineConnections,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { slack } from '@connected-accounts/client/catalogue'

export const connections = defineConnections({
  calendar: {
    connection: 'google-oauth2',
    scopes: ['openid', 'calendar'],
    label: 'Google Calendar',
  },
  code: {
    connection: 'github',
    scopes: ['repo'],
    revokeUrl: 'https://github.com/settings/applications',
  },
  chat: { provider: slack, scopes: ['chat:write'] },
})

declare module '@connected-accounts/client' {
  interface Register {
    connections: typeof connections
  }
}

declare const client: ConnectedAccountsClient
const options = { redirectUri: 'https://app.example.test/', transactions: memoryTransactions() }

startConnect(client, { ...options, connection: 'google-oauth2' })
startConnect(client, { ...options, connection: 'github', scopes: ['repo'] })
startConnect(client, { ...options, connection: connections.calendar })
startConnect(client, { ...options, connection: 'sign-in-with-slack', scopes: ['chat:write'] })
startConnect(client, { ...options, connection: connections.chat })
// @ts-expect-error no such scope is registered
startConnect(client, { ...options, connection: 'sign-in-with-slack', scopes: ['users:read'] })
// @ts-expect-error no such connection is registered
startConnect(client, { ...options, connection: 'google' })
// @ts-expect-error no such scope is registered
startConnect(client, { ...options, connection: 'github', scopes: ['repos'] })
startConnect(client, { ...options, connection: connections.calendar, scopes: ['calendar'] })
// @ts-expect-error a scope of another connection
startConnect(client, { ...options, connection: 'github', scopes: ['calendar'] })
// @ts-expect-error a scope of another connection
startConnect(client, { ...options, connection: connections.code, scopes: ['openid'] })
// @ts-expect-error another definition is not registered
startConnect(client, { ...options, connection: { connection: 'dropbox' } })
