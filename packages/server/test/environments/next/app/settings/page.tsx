import { defineConnections } from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import { storeOptions } from '@connected-accounts/server/next'
import { HydrationBoundary } from '@tanstack/react-query'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { Providers } from '../Providers'
import { prefetchLists } from '../prefetch'
import { originOf, server } from '../server'
import '@connected-accounts/react/ui/styles.css'

const connections = defineConnections({
  google: { provider: google },
  github: { provider: github },
})

/** The settings of a person. The first HTML has the rows of the component. */
export default async function Page() {
  const sent = await headers()
  const user = await server.getUser(storeOptions({ headers: sent }))
  if (!user) redirect('/')
  const application = `${originOf(sent)}/app`
  const identity = { baseUrl: `${application}/auth/me/v1`, user: user.sub }
  return (
    <Providers {...identity} redirectUri={`${application}/settings/`}>
      <HydrationBoundary state={await prefetchLists(sent, identity)}>
        <ConnectedAccounts connections={connections} messages={{ locale: 'en-GB' }} />
      </HydrationBoundary>
    </Providers>
  )
}
