import { storeOptions } from '@connected-accounts/server/next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { disconnectAll, logout, readCalendar } from './actions'
import { ConnectedAccounts } from './ConnectedAccounts'
import { server } from './server'

interface PageProps {
  searchParams: Promise<{ auth_error?: string; summary?: string }>
}

export default async function Page({ searchParams }: PageProps) {
  const user = await server.getUser(storeOptions({ headers: await headers() }))
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
  return (
    <main>
      <h1>Hello, {user.name}</h1>
      {error && <p role="alert">That did not work: {error}</p>}
      <ConnectedAccounts user={user.sub} />
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
