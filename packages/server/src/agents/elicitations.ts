import type { ConnectionDefinition, ConnectionRequiredError } from '@connected-accounts/client'
import { base64url } from 'jose'
import { type Context, contextOf } from '../context.js'
import type { Route } from '../routes/route.js'
import type { ServerClient } from '../server-client.js'
import { pauseInBackground, type SharedStore } from '../store/shared-store.js'
import { type ElicitationRecords, memoryRecords, sharedRecords } from './elicitation-records.js'
import { createPage, labelOf, STATE, urlOf } from './elicitation-route.js'

/** Options of {@link createElicitations}. */
export interface ElicitationsOptions {
  /**
   * The URL at which the application serves {@link Elicitations.page}, such as `https://app.example.com/auth/elicitation`. It has the
   * origin of the `redirect_uri`, because the page needs the session's cookie.
   */
  url: string
  /** Your connections from `defineConnections`, for their names on the page, and the scopes that their providers require. */
  connections?: Record<string, ConnectionDefinition> | undefined
  /**
   * Keeps the elicitations if the agent and the page run in several processes. Pass the store of your sessions. Default: the memory of
   * this process.
   */
  store?: SharedStore | undefined
  /** How long a link works, in seconds. Default: 600. At most 86,400. */
  lifetime?: number | undefined
  /** The path of the login, to which it adds `?returnTo=`. Default: `login` beside the callback, as `createHandler` has it. */
  login?: string | undefined
}

/** Who is asked to connect what. */
export interface ElicitationRequest {
  /** The user's id, the `sub` of the access token or session that the agent acts for. Nobody else can use the link. */
  user: string
  required: ConnectionRequiredError
}

/** A link for a person, in the form of MCP's URL mode. */
export interface Elicitation {
  mode: 'url'
  elicitationId: string
  url: string
  /** What the person is told. */
  message: string
}

/** Links by which an agent asks a person to connect an account. */
export interface Elicitations {
  /**
   * Creates a link. Its id is random, works for one user and one account, and expires.
   *
   * @throws {TypeError} if `user` is missing.
   */
  create(request: ElicitationRequest): Promise<Elicitation>
  /**
   * Waits until the person has connected the account.
   *
   * @returns False if the link has expired before.
   */
  completed(elicitationId: string, options?: { signal?: AbortSignal | undefined }): Promise<boolean>
  /** The page behind the links: a GET shows a button, and its POST starts the connect flow. Mount it at `url`. */
  page: Route
}

const MAX_LIFETIME = 86_400
/** How long an operation of the store is tried again, in milliseconds, as in `sharedSessions`. */
const STORE_TIMEOUT = 5000
/** How often `completed` looks, in milliseconds. */
const POLL = 500

/**
 * Creates the links by which an agent asks a person to connect an account, and the page behind them. The page lets only the user go on
 * for whom the link was made, so that nobody can be made to connect an account for somebody else.
 *
 * @throws {TypeError} if an option is wrong; the message names it.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
 * @example
 * ```ts
 * const elicitations = createElicitations(server, { url: 'https://app.example.com/auth/elicitation' })
 *
 * const handler = createHandler(server)
 * app.all('/auth/elicitation', ({ req }) => elicitations.page(req.raw))
 * app.all('/auth/*', ({ req }) => handler(req.raw))
 * ```
 */
export function createElicitations(
  server: ServerClient,
  options: ElicitationsOptions,
): Elicitations {
  const context = contextOf(server)
  const { lifetime = 600, store, connections = {} } = options
  checkElicitations(context, options)
  const records = store
    ? sharedRecords(store, Math.min(STORE_TIMEOUT, context.timeout))
    : memoryRecords()
  context.afterConnect.push((connected) => complete(records, connected))
  return {
    async create({ user, required }) {
      if (typeof user !== 'string' || !user) throw new TypeError('user must be the id of a user.')
      const elicitationId = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
      const { connection, scopes, accountId } = required
      const message = messageOf(required, labelOf(connections, connection))
      const expiresAt = Date.now() + lifetime * 1000
      const asked = { user, connection, scopes: [...scopes], accountId, message }
      await records.set(elicitationId, { ...asked, expiresAt, isComplete: false })
      return { mode: 'url', elicitationId, url: urlOf(options, elicitationId), message }
    },
    async completed(elicitationId, { signal } = {}) {
      for (;;) {
        signal?.throwIfAborted()
        const record = await records.get(elicitationId)
        if (!record || record.isComplete) return record !== undefined
        await pauseInBackground(POLL)
      }
    },
    page: createPage(context, { ...options, connections, records }),
  }
}

/** Notes that the person has connected the account that an elicitation asked for. */
async function complete(
  records: ElicitationRecords,
  { user, appState }: { user: string; appState: unknown },
): Promise<void> {
  const id: unknown = Object(appState)[STATE]
  const record = typeof id === 'string' ? await records.get(id) : undefined
  if (record?.user === user) await records.set(String(id), { ...record, isComplete: true })
}

const REASONS: Record<ConnectionRequiredError['reason'], (label: string) => string> = {
  not_connected: (label) => `A tool needs your ${label} account. Connect it to go on.`,
  expired: (label) =>
    `The connection to your ${label} account has expired. Connect it again to go on.`,
  missing_scopes: (label) =>
    `A tool needs more access to your ${label} account. Connect it again to go on.`,
  revoked: (label) =>
    `The connection to your ${label} account has ended. Connect it again to go on.`,
}

function messageOf({ reason }: ConnectionRequiredError, label: string): string {
  return REASONS[reason](label)
}

function checkElicitations(
  { options }: Context,
  { url, lifetime = 600 }: ElicitationsOptions,
): void {
  const page = URL.canParse(url) ? new URL(url) : undefined
  const { redirect_uri } = options.authorizationParams
  const isSame = typeof redirect_uri !== 'string' || page?.origin === new URL(redirect_uri).origin
  if (!page || page.search || page.hash || !isSame) {
    throw new TypeError(
      'url must be the URL of the page of elicitations, without a query, at the origin of the redirect_uri.',
    )
  }
  if (!(typeof lifetime === 'number' && lifetime > 0 && lifetime <= MAX_LIFETIME)) {
    throw new TypeError(
      `lifetime must be a number of seconds above 0, and at most ${MAX_LIFETIME}.`,
    )
  }
}
