import {
  createConnectedAccountsClient,
  defineConnections,
  identifyAt,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'
import {
  ConnectedAccountsProvider,
  handleConnectCallback,
  useConnection,
} from '@connected-accounts/react'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import '@connected-accounts/react/ui/styles.css'

// An application with the component. Its address says how: `?mode=popup&undoMs=500&scope=calendar`.
const { domain, accessToken, user } = window.session
const client = createConnectedAccountsClient({ domain, accessToken })
const { mode, undoMs, scope, onBlocked, all, labels, usedBy } = Object.fromEntries(
  new URLSearchParams(sessionStorage.search ?? window.location.search),
)
// A redirect comes back without the query.
sessionStorage.search ??= window.location.search
const connections = defineConnections({
  google: { provider: google, ...(scope && { scopes: [scope] }), usedBy: usedBy?.split(',') ?? [] },
  github: { provider: github },
  acme: { connection: 'acme', label: 'Acme' },
})

const accountLabels = labels ? localStorageAccountLabels() : undefined
const identify = labels ? identifyAt('/auth/accounts') : undefined

/** What another part of the application does when a call fails. */
function Calendar() {
  const { reportGrantError } = useConnection('google-oauth2')
  return (
    <button type="button" onClick={() => reportGrantError({ code: 'connection_not_connected' })}>
      Show events
    </button>
  )
}

function Page() {
  const [errors, setErrors] = useState<string[]>([])
  const [logins, setLogins] = useState(0)
  return (
    <>
      <h1>Settings</h1>
      <ConnectedAccounts
        {...(mode === 'popup' && { mode })}
        {...(onBlocked === 'throw' && { onBlocked })}
        {...(undoMs && { undoMs: Number(undoMs) })}
        {...(!all && { connections })}
        onLogin={() => setLogins(logins + 1)}
        onError={(error) => setErrors((known) => [...known, codeOf(error)])}
      />
      <Calendar />
      <output title="errors">{errors.join(' ')}</output>
      <output title="logins">{logins}</output>
    </>
  )
}

const codeOf = (error: unknown) => String(Object(error).code ?? Object(error).name)

const main = document.querySelector('main') ?? document.body
if (await handleConnectCallback({ client })) main.textContent = 'You can close this window.'
else {
  createRoot(main).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <ConnectedAccountsProvider
          client={client}
          user={user}
          redirectUri={`${window.location.origin}/component.html`}
          accountLabels={accountLabels}
          identify={identify}
        >
          <Page />
        </ConnectedAccountsProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
