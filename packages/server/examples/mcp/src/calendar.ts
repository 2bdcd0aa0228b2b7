import { type ConnectionTokenSource, createProviderFetch } from '@connected-accounts/server'

/** Lists the next events of the person whose tokens `exchange` returns. Throws `ConnectionRequiredError` if the person has to connect. */
export async function listEvents(
  exchange: ConnectionTokenSource,
  calendarUrl: string,
): Promise<string> {
  const calendar = createProviderFetch({
    exchange,
    connection: 'google-oauth2',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
    allowedOrigins: [new URL(calendarUrl).origin],
  })
  const response = await calendar(`${calendarUrl}/calendars/primary/events?maxResults=3`)
  if (!response.ok) throw new Error(`The calendar responded with ${String(response.status)}.`)
  const { items } = (await response.json()) as { items: { summary: string }[] } // as the calendar documents it
  return items.map(({ summary }) => summary).join('\n')
}
