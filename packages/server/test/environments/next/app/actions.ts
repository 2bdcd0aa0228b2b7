'use server'

import { storeOptions } from '@connected-accounts/server/next'
import { revalidatePath } from 'next/cache'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { originOf, server } from './server'

async function store() {
  return storeOptions({ headers: await headers(), cookies: await cookies() })
}

/** Reads the next event with Google's token. */
export async function readCalendar() {
  const token = await server.getAccessTokenForConnection(
    { connection: 'google-oauth2' },
    await store(),
  )
  const { CALENDAR_URL = '' } = process.env
  const url = `${CALENDAR_URL}/calendars/primary/events?maxResults=1`
  const headers = { authorization: `Bearer ${token.accessToken}` }
  const response = await fetch(url, { headers })
  const { items } = (await response.json()) as { items: { summary: string }[] } // Google's
  redirect(`/?summary=${encodeURIComponent(items[0]?.summary ?? '')}`)
}

/** Disconnects every account. */
export async function disconnectAll() {
  const stores = await store()
  const { accounts } = await server.listConnectedAccounts({}, stores)
  for (const { id } of accounts) await server.deleteConnectedAccount(id, stores)
  revalidatePath('/')
}

/** Ends the session here and at the tenant. */
export async function logout() {
  const returnTo = `${originOf(await headers())}/app/`
  redirect(await server.logout({ returnTo }, await store()))
}
