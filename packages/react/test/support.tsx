import {
  type AccountLabels,
  type ConnectedAccount,
  type ConnectedAccountsClient,
  type ConnectionDefinition,
  createConnectedAccountsClient,
  type IdentifyAccount,
} from '@connected-accounts/client'
import type { FaultOperation } from '@connected-accounts/emulator'
import {
  ConnectedAccountsProvider,
  type ConnectedAccountsProviderProps,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type RunningEmulator, startInPage } from './emulators.js'

interface AppProps {
  /** Who is logged in; Alice by default. */
  user?: 'alice' | 'bob' | 'nobody'
  connections?: Record<string, ConnectionDefinition> | undefined
  /** Ways out of the page. */
  exits?: Pick<ConnectedAccountsProviderProps, 'redirectUri' | 'navigate' | 'openUrl'>
  accountLabels?: AccountLabels | undefined
  identify?: IdentifyAccount | undefined
  children?: ReactNode
}

/** A page's providers around one emulator, and what is sent through them. */
export interface TestBed {
  /** The providers, under StrictMode. */
  page: (props: AppProps) => ReactNode
  client: ConnectedAccountsClient
  queryClient: QueryClient
  /** The requests so far, like `GET /connected-accounts/accounts?take=20`. */
  calls: string[]
  /** Sends a request; a test may put another in its place, to come between. */
  send: (request: Request) => Promise<Response>
}

let emulator: RunningEmulator

/** Starts an emulator for the tests of a file, in the page unless told otherwise. It forgets everything after each test, as does the address bar. */
export function withEmulator(start = startInPage): void {
  const page = window.location.href
  beforeAll(async () => {
    emulator = await start()
    navigation().addEventListener('navigate', stay)
  })
  beforeEach(() => window.history.replaceState(null, '', page))
  afterEach(async () => {
    window.stop()
    await emulator.reset()
  })
  afterAll(() => emulator.stop())
}

/** A page as it is when it has just been loaded. */
export function createTestBed({ queryClient = new QueryClient() } = {}): TestBed {
  const session = { token: token() }
  const client = createConnectedAccountsClient({
    domain: origin(),
    accessToken: () => session.token,
    fetch: (request) => {
      bed.calls.push(`${request.method} ${request.url.replace(`${origin()}/me/v1`, '')}`)
      return bed.send(request)
    },
  })
  const bed: TestBed = {
    client,
    queryClient,
    calls: [],
    send: (request) => fetch(request),
    page: (props) => <Page {...props} {...{ client, queryClient, session }} />,
  }
  return bed
}

interface PageProps extends AppProps {
  client: ConnectedAccountsClient
  queryClient: QueryClient
  session: { token: string }
}

function Page({ user = 'alice', exits, children, ...rest }: PageProps) {
  const { connections, accountLabels, identify, ...bed } = rest
  const { client, queryClient, session } = bed
  session.token = user === 'nobody' ? 'nobody' : emulator.tokens[user]
  const id = user === 'nobody' ? undefined : `auth0|${user}`
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ConnectedAccountsProvider
          client={client}
          user={id}
          connections={connections}
          accountLabels={accountLabels}
          identify={identify}
          {...exits}
        >
          {children}
        </ConnectedAccountsProvider>
      </QueryClientProvider>
    </StrictMode>
  )
}

/** The requests that start a flow, sorted: the client lists the accounts of the connection meanwhile. */
export const startCalls = [
  'GET /connected-accounts/accounts?take=20&connection=google-oauth2',
  'POST /connected-accounts/connect',
]

/** Returns the emulator's origin. */
export function origin(): string {
  return emulator.url
}

/** A token of Alice's. */
export function token(): string {
  return emulator.tokens.alice
}

/** A page that takes for ever to load, of an emulator over HTTP. */
export function slowPage(): string {
  if (emulator.slowPage === undefined) throw new Error('An emulator in the page has no pages')
  return emulator.slowPage
}

/** Does what a person does at the provider, from the connect page on; returns the URL that the browser is sent back to. */
export function consent(
  connectUrl: string,
  decision: 'allow' | 'cancel' = 'allow',
): Promise<string> {
  return emulator.consent(connectUrl, decision)
}

/** Has the emulator give Alice accounts. */
export function seed(count: number, connection = 'google-oauth2'): Promise<ConnectedAccount[]> {
  return emulator.seed({ user_id: 'auth0|alice', connection, count })
}

/** Has the emulator's next answer to an operation be this one. */
export function failNext(operation: FaultOperation, status: number): Promise<void> {
  return emulator.failNext(operation, status)
}

/** The next page that this one tries to leave for. */
export function nextNavigation(): Promise<string> {
  return new Promise((resolve) => {
    leaving = resolve
  })
}

let leaving = (_url: string) => {}

/** The page stays, as the tests run in it, unless it would leave for the page that takes for ever. */
function stay(event: Event): void {
  const { destination } = event as Navigate // of TypeScript 5.9's events none is this one
  if (destination.sameDocument) return
  const { slowPage } = emulator
  if (slowPage === undefined || !destination.url.startsWith(slowPage)) event.preventDefault()
  leaving(destination.url)
}

interface Navigate extends Event {
  destination: { url: string; sameDocument: boolean }
}

/** The Navigation API, which TypeScript 5.9 does not know. */
function navigation(): EventTarget {
  const api: EventTarget = Reflect.get(window, 'navigation')
  return api
}
