import {
  type ConnectedAccount,
  type ConnectedAccountsClient,
  type ConnectionDefinition,
  createConnectedAccountsClient,
} from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { commands } from 'vitest/browser'
import type { StartedEmulator } from './emulator.js'

interface AppProps {
  /** Who is logged in; Alice by default. */
  user?: 'alice' | 'bob' | 'nobody'
  connections?: Record<string, ConnectionDefinition> | undefined
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

let emulator: StartedEmulator

/** Starts an emulator for the tests of a file. It forgets everything after each test, as does the address bar. */
export function withEmulator(): void {
  const page = window.location.href
  beforeAll(async () => {
    emulator = await commands.startEmulator()
    navigation().addEventListener('navigate', stay)
  })
  beforeEach(() => window.history.replaceState(null, '', page))
  afterEach(async () => {
    window.stop()
    await control('reset', {})
  })
  afterAll(() => commands.stopEmulator(emulator.url))
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

function Page({ user = 'alice', connections, children, ...bed }: PageProps) {
  const { client, queryClient, session } = bed
  session.token = user === 'nobody' ? 'nobody' : emulator.tokens[user]
  const id = user === 'nobody' ? undefined : `auth0|${user}`
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ConnectedAccountsProvider client={client} user={id} connections={connections}>
          {children}
        </ConnectedAccountsProvider>
      </QueryClientProvider>
    </StrictMode>
  )
}

/** What the client sends to start a flow: it notes the accounts of the connection meanwhile. */
export const startCalls = [
  'POST /connected-accounts/connect',
  'GET /connected-accounts/accounts?take=20&connection=google-oauth2',
]

/** Where the emulator is. */
export function origin(): string {
  return emulator.url
}

/** A token of Alice's. */
export function token(): string {
  return emulator.tokens.alice
}

/** A page that takes for ever to load. */
export function slowPage(): string {
  return emulator.slowPage
}

/** Has the emulator give Alice accounts. */
export async function seed(
  count: number,
  connection = 'google-oauth2',
): Promise<ConnectedAccount[]> {
  const response = await control('accounts', { user_id: 'auth0|alice', connection, count })
  const { accounts } = await response.json()
  return accounts
}

/** Has the emulator's next answer to an operation be this one. */
export async function failNext(operation: string, status: number): Promise<void> {
  await control('faults', { operation, status })
}

async function control(what: string, body: object): Promise<Response> {
  const response = await fetch(`${origin()}/_emulator/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${what}: ${await response.text()}`)
  return response
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
  if (!destination.url.startsWith(slowPage())) event.preventDefault()
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
