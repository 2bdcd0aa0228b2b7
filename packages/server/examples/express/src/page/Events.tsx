import { useConnection } from '@connected-accounts/react'
import { useQuery } from '@tanstack/react-query'

/** The next events of the Google account, which the server reads with Google's token. */
export function Events() {
  const { status } = useConnection('google-oauth2')
  const { data: events } = useQuery({
    queryKey: ['events'],
    enabled: status === 'connected',
    queryFn: async () => {
      const response = await fetch('/events')
      if (!response.ok) throw new Error(`Events: ${String(response.status)}`)
      return (await response.json()) as string[] // as the server sends it
    },
  })
  if (status !== 'connected' || !events) return null
  return (
    <section>
      <h2>Next events</h2>
      <ul>
        {events.map((title) => (
          <li key={title}>{title}</li>
        ))}
      </ul>
    </section>
  )
}
