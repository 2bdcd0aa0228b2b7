'use client'

import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

const client = createConnectedAccountsClient({ baseUrl: '/auth/me/v1' })

/** What the hooks need. Its client asks the routes of this application, which have the tokens. */
export function Providers({ user, children }: { user: string; children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider client={client} user={user}>
        {children}
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  )
}
