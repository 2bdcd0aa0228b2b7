import { type AccountLabels, createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import '@connected-accounts/react/ui/styles.css'
import { onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { comeBack, respond } from './server.js'
import { connections, type State, states } from './states.js'

// Shows one state of the component: `?show=connected&theme=dark&dir=rtl&messages=de`.
const {
  show = 'connected',
  theme = 'light',
  dir = 'ltr',
  messages,
} = Object.fromEntries(new URLSearchParams(window.location.search))
const state: State = states[show] ?? { shows: '' }
document.documentElement.style.colorScheme = theme
document.documentElement.dir = dir
const page = document.body.style
Object.assign(page, { margin: '0', padding: '24px', font: '16px system-ui' })
page.background = theme === 'dark' ? '#0b0b0d' : '#f6f6f8'

let unansweredLists = 2
const client = createConnectedAccountsClient({
  domain: 'tenant.example',
  accessToken: 'a-token',
  fetch: async (request) => {
    const response = await respond(request, state)
    unansweredLists -= 1
    if (state.isOffline === 'loaded' && unansweredLists === 0) onlineManager.setOnline(false)
    return response
  },
})
if (state.isOffline === true) onlineManager.setOnline(false)
const forever = () => new Promise<never>(() => undefined)
const transactions = { get: forever, set() {}, delete() {} }
const labels = new Map(Object.entries(state.labels ?? {}))
const accountLabels: AccountLabels = {
  get: (_user, id) => labels.get(id),
  set(_user, id, label) {
    if (state.refusesLabels) throw new Error('The store refuses.')
    labels.set(id, label)
  },
  delete: (_user, id) => void labels.delete(id),
}
// A window that never comes back.
window.open = () => ({ close() {}, location: { replace() {} } }) as unknown as Window // as little as the client uses

if (state.search) window.history.replaceState(null, '', `/${state.search}`)
const languages = import.meta.glob<Record<string, object>>('../../src/ui/messages/??.ts')
const own = messages
  ? (await languages[`../../src/ui/messages/${messages}.ts`]?.())?.[messages]
  : {}

const main = document.querySelector('main') ?? document.body
main.style.cssText = 'max-width: 720px; margin: auto'
createRoot(main).render(
  <StrictMode>
    <h1>Settings</h1>
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAccountsProvider
        client={client}
        user="auth0|alice"
        redirectUri={window.location.origin}
        navigate={forever}
        openUrl={(_url, redirectUri) => comeBack(redirectUri)}
        transactions={state.isCompleting ? transactions : undefined}
        accountLabels={state.labels && accountLabels}
      >
        <ConnectedAccounts
          mode={state.mode ?? 'popup'}
          connections={state.definitions ?? connections}
          undoMs={state.remove ? 1 : 60_000}
          messages={own}
          onLogin={() => undefined}
        />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  </StrictMode>,
)
