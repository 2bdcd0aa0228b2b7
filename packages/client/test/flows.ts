import {
  type CompleteConnectOptions,
  completeConnect,
  memoryTransactions,
  type StartConnectOptions,
  startConnect,
} from '../src/index.js'
import { createClient, json, observedFetch, problem } from './observed-client.js'

export const redirectUri = 'https://app.example.test/connected'

/** The account that a flow connects. */
export const connected = {
  id: 'cac_1',
  connection: 'github',
  access_type: 'offline',
  scopes: ['repo'],
  created_at: '2026-11-02T09:30:00.000Z',
}

type Answer = () => Response | Promise<Response>

/** A client that lists these accounts, or fails to if they are undefined; its other responses come in turn. */
export function clientWith(accounts: object[] | undefined, ...answers: Answer[]) {
  return hastyClientWith(30_000, accounts, ...answers)
}

/** The same, with a timeout in milliseconds. */
export function hastyClientWith(
  timeout: number,
  accounts: object[] | undefined,
  ...answers: Answer[]
) {
  const list = accounts ? json(200, { accounts }) : problem(403)
  const posts: Answer[] = [...answers]
  const answer: (request: Request) => Response | Promise<Response> = (request) => {
    if (request.method === 'GET') return list()
    const next = posts.length > 1 ? posts.shift() : posts[0]
    return next ? next() : problem(500)()
  }
  const { fetch, requests } = observedFetch(answer)
  const client = createClient({ fetch, timeout })
  const sent = () => requests.filter(({ method }) => method === 'POST')
  return { client, requests, sent }
}

interface Flow extends Partial<StartConnectOptions> {
  /** The accounts at the start; undefined if the list failed. */
  accounts?: object[]
  expires_in?: number
}

/** Starts a flow against an answer with this life. */
export function start({ accounts, expires_in = 300, ...options }: Flow = {}) {
  const { client, requests, sent } = clientWith(
    accounts,
    json(201, {
      auth_session: 'session-1',
      connect_uri: 'https://tenant.example.test/connect?existing=1',
      connect_params: { ticket: 't&1' },
      expires_in,
    }),
  )
  const transactions = options.transactions ?? memoryTransactions()
  const flow = startConnect(client, { connection: 'github', redirectUri, ...options, transactions })
  return { flow, requests, sent, transactions }
}

/** A flow that has come back: its callback URL, and ways to complete it. */
export async function comeBack(flow: Flow = {}) {
  const { flow: started, transactions } = start(flow)
  const { state } = await started
  const callbackUrl = `${redirectUri}?connect_code=code-1&state=${encodeURIComponent(state)}`
  function completeWith(
    { client }: Pick<ReturnType<typeof clientWith>, 'client'>,
    options: Partial<CompleteConnectOptions> = {},
  ) {
    return completeConnect(client, { callbackUrl, transactions, ...options })
  }
  /** Completes against one answer. */
  function complete(answer: Answer, options: Partial<CompleteConnectOptions> = {}) {
    const { client, sent } = clientWith([], answer)
    return { done: completeWith({ client }, options), sent }
  }
  return { state, callbackUrl, transactions, completeWith, complete }
}

/** An answer that never arrives, as when the connection breaks. */
export const lost: Answer = () => Promise.reject(new TypeError('fetch failed'))
