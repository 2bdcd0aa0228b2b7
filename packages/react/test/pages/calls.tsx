import { createConnectedAccountsClient } from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  handleConnectCallback,
  type PendingCall,
  type ReconnectResult,
  useConnectCallback,
  useConnectedCall,
  useConnectedQuery,
  useConnection,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

/** How the application calls its API; a test sets it in every page, beside the session. */
export interface CallsConfig {
  form: 'call' | 'query'
  mode?: 'redirect' | 'popup'
  resume?: 'ask' | 'auto'
  /** True to have TanStack Query retry as it does by default. */
  isRetried?: boolean
  /** True to call without a key. */
  isUnnamed?: boolean
  /** What `fn` does with a refusal of the API. */
  refusal?: 'returned' | 'parsed'
  /** What the event to create is called. */
  title?: string
  /** True for a title that JSON cannot hold. */
  isFile?: boolean
  /** The token for the API. */
  apiToken: string
}

type CallsWindow = Window & { calls: CallsConfig }

const { domain, accessToken } = window.session
const { calls } = window as Window as CallsWindow // set by the test
// A test may log somebody else in.
const user = localStorage.getItem('user') ?? window.session.user
const client = createConnectedAccountsClient({
  domain,
  accessToken: localStorage.getItem('token') ?? accessToken,
})
const google = {
  connection: 'google-oauth2',
  scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
  ...(calls.mode && { mode: calls.mode }),
}

async function callApi(init?: RequestInit) {
  const headers = { authorization: `Bearer ${calls.apiToken}` }
  const response = await fetch('/api/events', { ...init, headers })
  if (response.ok) return response.json()
  if (calls.refusal === 'returned') return response
  const body = await response.json()
  if (calls.refusal === 'parsed') return body
  throw body
}

function Create() {
  const title = calls.title ?? 'Lunch'
  const key = calls.isUnnamed ? undefined : ['create-event']
  const { mutate, ...call } = useConnectedCall({
    ...google,
    key: key as string[], // a test may leave it out
    fn: (event: unknown) => callApi({ method: 'POST', body: JSON.stringify(event) }),
  })
  const create = () => {
    mutate(calls.isFile ? { title: new File([], title) } : { title })
  }
  return (
    <>
      <button type="button" onClick={create}>
        Create
      </button>
      <State {...call} />
    </>
  )
}

function Events() {
  const query = useConnectedQuery({
    ...google,
    key: ['events'],
    fn: ({ signal }) => callApi({ signal }),
    ...(!calls.isRetried && { retry: false }),
    ...(calls.resume && { resume: calls.resume }),
  })
  return (
    <>
      <button type="button" onClick={query.refetch}>
        Fetch
      </button>
      <State {...query} />
    </>
  )
}

type StateProps = ReconnectResult & {
  status: string
  required: object | undefined
  error: Error | null
  data: unknown
}

function State({ status, required, error, data, ...result }: StateProps) {
  const { reconnect, cancel, isReconnecting, reconnectError, pendingCall } = result
  return (
    <>
      <button type="button" onClick={() => reconnect()}>
        Reconnect
      </button>
      <button type="button" onClick={cancel}>
        Cancel flow
      </button>
      <output title="status">{status}</output>
      <output title="required">{JSON.stringify(required)}</output>
      <output title="error">{describe(error)}</output>
      <output title="data">{JSON.stringify(data)}</output>
      <output title="reconnecting">{String(isReconnecting)}</output>
      <output title="reconnect error">{describe(reconnectError)}</output>
      <output title="different">{String(result.isDifferentAccount)}</output>
      {pendingCall && <Pending {...pendingCall} />}
    </>
  )
}

function Pending({ variables, isDifferentAccount, run, dismiss }: PendingCall) {
  return (
    <p>
      <output title="pending">{JSON.stringify({ variables, isDifferentAccount })}</output>
      <button type="button" onClick={run}>
        Run
      </button>
      <button type="button" onClick={dismiss}>
        Dismiss
      </button>
    </p>
  )
}

function describe(error: Error | null): string {
  if (!error) return ''
  return 'code' in error ? `${error.code}: ${error.message}` : error.message
}

/** Another component of the page, which knows nothing of the call. */
function Health() {
  return <output title="health">{useConnection('google-oauth2').status}</output>
}

function Callback() {
  const { status } = useConnectCallback()
  return <output title="callback">{status}</output>
}

function App() {
  const [loggedIn, setLoggedIn] = useState(user)
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ConnectedAccountsProvider client={client} user={loggedIn} redirectUri={redirectUri}>
          {calls.form === 'call' ? <Create /> : <Events />}
          <Health />
          <Callback />
        </ConnectedAccountsProvider>
      </QueryClientProvider>
      <button type="button" onClick={() => setLoggedIn('auth0|bob')}>
        Log in as Bob
      </button>
    </StrictMode>
  )
}

const queryClient = new QueryClient()
const main = document.querySelector('main') ?? document.body
const redirectUri = `${window.location.origin}/calls.html`
if (await handleConnectCallback({ client })) main.textContent = 'You can close this window.'
else createRoot(main).render(<App />)
