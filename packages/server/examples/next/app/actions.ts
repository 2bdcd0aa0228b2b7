'use server'

import { storeOptions } from '@connected-accounts/server/next'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { server } from './server'

/** Ends the session here and at the tenant. */
export async function logout() {
  const store = storeOptions({ headers: await headers(), cookies: await cookies() })
  redirect(await server.logout({ returnTo: process.env.ORIGIN }, store))
}
