'use client'

import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

interface ProvidersProps {
  baseUrl: string
  user: string
  redirectUri?: string | undefined
  children: ReactNode
}

/** Next.js redirects each request to its URL with a slash at the end, and the client follows no redirect by itself. */
const follow = (request: Request) => fetch(request, { redirect: 'follow' })

export function Providers({ baseUrl, user, redirectUri, children }: ProvidersProps) {
  const [client] = useState(() => createConnectedAccountsClient({ baseUrl, fetch: follow }))
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider client={client} user={user} redirectUri={redirectUri}>
        {children}
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  )
}
