import { storeOptions } from '@connected-accounts/server/next'
import { HydrationBoundary } from '@tanstack/react-query'
import { headers } from 'next/headers'
import Link from 'next/link'
import { Accounts } from './Accounts'
import { disconnectAll, logout, readCalendar } from './actions'
import { Providers } from './Providers'
import { prefetchLists } from './prefetch'
import { originOf, server } from './server'

interface PageProps {
  searchParams: Promise<{ auth_error?: string; summary?: string }>
}

export default async function Page({ searchParams }: PageProps) {
  const sent = await headers()
  const user = await server.getUser(storeOptions({ headers: sent }))
  if (!user) {
    return (
      <main>
        <h1>Your accounts</h1>
        <Link href="/auth/login" prefetch>
          Log in
        </Link>
      </main>
    )
  }
  const { auth_error: error, summary } = await searchParams
  const baseUrl = `${originOf(sent)}/app/auth/me/v1`
  const state = await prefetchLists(sent, { baseUrl, user: user.sub })
  return (
    <main>
      <h1>Hello, {user.name}</h1>
      {error && <p role="alert">That did not work: {error}</p>}
      <Providers baseUrl={baseUrl} user={user.sub}>
        <HydrationBoundary state={state}>
          <Accounts />
        </HydrationBoundary>
      </Providers>
      {summary && <p>Next event: {summary}</p>}
      <form action={readCalendar}>
        <button type="submit">Read the calendar</button>
      </form>
      <form action={disconnectAll}>
        <button type="submit">Disconnect all</button>
      </form>
      <form action={logout}>
        <button type="submit">Log out</button>
      </form>
    </main>
  )
}
