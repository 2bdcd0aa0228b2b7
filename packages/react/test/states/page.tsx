import {
  createConnectedAccountsClient,
  defineConnections,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { ConnectedAccounts } from '@connected-accounts/react/ui'
import '@connected-accounts/react/ui/styles.css'
import { createAnswers, undoTime } from '@connected-accounts/testing/component/answers'
import { play, setStage } from '@connected-accounts/testing/component/stage'
import { type State, states } from '@connected-accounts/testing/component/states'
import { onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

// Shows one state of the component: `?show=connected&theme=dark&dir=rtl&messages=de`.
const {
  show = 'connected',
  theme = 'light',
  dir = 'ltr',
  messages,
} = Object.fromEntries(new URLSearchParams(window.location.search))
const state: State = states[show] ?? { title: show, shows: '' }
document.documentElement.style.colorScheme = theme
document.documentElement.dir = dir
const page = document.body.style
Object.assign(page, { margin: '0', padding: '24px', font: '16px system-ui' })
page.background = theme === 'dark' ? '#0b0b0d' : '#f6f6f8'

const user = 'auth0|alice'
const client = createConnectedAccountsClient({
  domain: 'tenant.example',
  accessToken: 'a-token',
  fetch: createAnswers(state),
})
// Without retries, failures show at once.
const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
const transactions = memoryTransactions()
const forever = () => new Promise<never>(() => undefined)
const labels = new Map(Object.entries(state.labels ?? {}))
const accountLabels = {
  get: (_user: string, id: string) => labels.get(id),
  set() {
    if (state.refusesLabels) throw new Error('The store refuses.')
  },
  delete: () => undefined,
}
const connections =
  state.definitions ??
  defineConnections({
    calendar: {
      provider: google,
      scopes: state.scopes ?? ['https://www.googleapis.com/auth/calendar.readonly'],
    },
    code: { provider: github, usedBy: ['Code review', 'Release notes'] },
    acme: { connection: 'acme', label: 'Acme' },
  })
const languages = import.meta.glob<Record<string, object>>('../../src/ui/messages/??.ts')
const own = messages
  ? (await languages[`../../src/ui/messages/${messages}.ts`]?.())?.[messages]
  : {}

const tools = {
  setOnline: (isOnline: boolean) => onlineManager.setOnline(isOnline),
  async startFlow(flow: NonNullable<State['flow']>) {
    const redirectUri = window.location.origin
    return (await startConnect(client, { ...flow, redirectUri, transactions, user })).state
  },
}
await setStage(state, tools)
const main = document.querySelector('main') ?? document.body
main.style.cssText = 'max-width: 720px; margin: auto'
createRoot(main).render(
  <StrictMode>
    <h1>Settings</h1>
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider
        {...{ client, user, accountLabels, transactions }}
        navigate={forever}
      >
        <ConnectedAccounts
          mode={state.mode ?? 'popup'}
          connections={connections}
          undoMs={undoTime(state)}
          messages={own}
          onLogin={() => undefined}
        />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  </StrictMode>,
)
await play(state, tools)
