import { describeError } from '@connected-accounts/client'
import { storeOptions } from '@connected-accounts/server/next'
import { headers } from 'next/headers'
import { Suspense } from 'react'
import { Accounts } from './Accounts'
import { logout } from './actions'
import { Events } from './Events'
import { Providers } from './Providers'
import { server } from './server'

/** Who is logged in, and their accounts. */
export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ auth_error?: string }>
}) {
  const user = await server.getUser(storeOptions({ headers: await headers() }))
  const error = describeError((await searchParams).auth_error)
  return (
    <main>
      <h1>{user ? `Hello, ${user.name ?? user.sub}` : 'Your accounts'}</h1>
      {error && <p role="alert">{error}</p>}
      {user ? (
        <Providers user={user.sub}>
          <Accounts />
          <Suspense>
            <Events />
          </Suspense>
          <form action={logout}>
            <button type="submit">Log out</button>
          </form>
        </Providers>
      ) : (
        <a className="button" href="/auth/login">
          Log in
        </a>
      )}
    </main>
  )
}
