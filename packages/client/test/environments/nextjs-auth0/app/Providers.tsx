'use client'

import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { client } from './client'

interface ProvidersProps {
  user: string
  redirectUri: string
  children: ReactNode
}

export function Providers({ user, redirectUri, children }: ProvidersProps) {
  const [queryClient] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider client={client} user={user} redirectUri={redirectUri}>
        {children}
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  )
}
