import { HydrationBoundary } from '@tanstack/react-query'
import { headers } from 'next/headers'
import { Accounts } from './Accounts'
import { Providers } from './Providers'
import { prefetchLists } from './prefetch'
import { originOf } from './server'

/** The user's accounts, which are in the first HTML. */
export async function ConnectedAccounts({ user }: { user: string }) {
  const sent = await headers()
  const baseUrl = `${originOf(sent)}/app/auth/me/v1`
  const state = await prefetchLists(sent, { baseUrl, user })
  return (
    <Providers baseUrl={baseUrl} user={user}>
      <HydrationBoundary state={state}>
        <Accounts />
      </HydrationBoundary>
    </Providers>
  )
}
