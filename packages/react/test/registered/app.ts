// An app that has registered its connections, against the packages as they are built: a registration is for a whole program.
import { defineConnections, findConnection } from '@connected-accounts/client'
import {
  useConnectAccount,
  useConnectedAccounts,
  useConnection,
  useConnections,
  useInfiniteConnectedAccounts,
} from '@connected-accounts/react'

export const connections = defineConnections({
  calendar: {
    connection: 'google-oauth2',
    scopes: ['openid', 'calendar'],
    revokeUrl: 'https://myaccount.google.com/connections',
  },
  code: { connection: 'github', scopes: ['repo'] },
})

declare module '@connected-accounts/client' {
  interface Register {
    connections: typeof connections
  }
}

export function useThem() {
  useConnection(connections.calendar)
  useConnection('github', { scopes: ['repo'] })
  // @ts-expect-error no such connection is registered
  useConnection('google')
  // @ts-expect-error no such scope is registered
  useConnection('github', { scopes: ['repos'] })
  // @ts-expect-error the scope of another connection
  useConnection('github', { scopes: ['calendar'] })
  // @ts-expect-error the scope of another connection
  useConnection(connections.code, { scopes: ['calendar'] })

  useConnectedAccounts({ connection: ['github', 'google-oauth2'] })
  // @ts-expect-error no such connection is registered
  useConnectedAccounts({ connection: 'google' })
  // @ts-expect-error no such connection is registered
  useInfiniteConnectedAccounts({ connection: 'google' })

  const { connect } = useConnectAccount()
  const { data: ofTenant = [] } = useConnections()
  for (const { name } of ofTenant) {
    const definition = findConnection(connections, name)
    if (definition) connect({ connection: definition })
    // @ts-expect-error a name of the tenant may not be registered
    connect({ connection: name })
  }
  connect({ connection: connections.code })
  connect({ connection: 'github', scopes: ['repo'] })
  // @ts-expect-error no such connection is registered
  connect({ connection: 'google' })
  connect({ connection: connections.calendar, scopes: ['calendar'] })
  // @ts-expect-error no such scope is registered
  connect({ connection: 'github', scopes: ['repos'] })
  // @ts-expect-error the scope of another connection
  connect({ connection: 'github', scopes: ['calendar'] })
  // @ts-expect-error the scope of another connection
  connect({ connection: connections.code, scopes: ['calendar'] })
}
