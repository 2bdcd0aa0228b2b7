import { isTokenError } from '@connected-accounts/client'
import { storeOptions } from '@connected-accounts/server/next'
import { headers } from 'next/headers'
import { server } from './server'

interface Calendar {
  items: { id: string; summary: string }[]
}

/** The next events of the Google account, read here with Google's token. */
export async function Events() {
  const { CALENDAR_URL = '' } = process.env
  const accessToken = await googleToken()
  if (!accessToken) return null
  const url = `${CALENDAR_URL}/calendars/primary/events?maxResults=3`
  const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })
  const { items } = (await response.json()) as Calendar // Google's
  return (
    <section>
      <h2>Next events</h2>
      <ul>
        {items.map(({ id, summary }) => (
          <li key={id}>{summary}</li>
        ))}
      </ul>
    </section>
  )
}

async function googleToken(): Promise<string | undefined> {
  const store = storeOptions({ headers: await headers() })
  try {
    const token = await server.getAccessTokenForConnection({ connection: 'google-oauth2' }, store)
    return token.accessToken
  } catch (error) {
    if (isTokenError(error) && error.code === 'connection_not_connected') return undefined
    throw error
  }
}
