import {
  type ConnectionDefinition,
  connectionHealth,
  findConnection,
  listConnectedAccounts,
} from '@connected-accounts/client'
import { startConnectAccount } from '../connect/connect-account.js'
import { withSessionClient } from '../connect/session-client.js'
import type { Context } from '../context.js'
import { redirect } from '../navigation/return-to.js'
import { refuseOtherOrigins } from '../navigation/same-origin.js'
import { answerErrors, type RouteStore } from '../routes/answer-errors.js'
import { createAnswers } from '../routes/answers.js'
import { createPlaces, placeBeside } from '../routes/paths.js'
import { readForm } from '../routes/request-body.js'
import { type Route, refuseLongUrl } from '../routes/route.js'
import { type PageState, statePage } from './elicitation-page.js'
import type { ElicitationRecord, ElicitationRecords } from './elicitation-records.js'

/** The field of a flow's `appState` that has the id of the elicitation. @internal */
export const STATE = 'elicitationId'

/** Options of {@link createPage}. @internal */
export interface PageOptions {
  /** The URL of the page. */
  url: string
  /** The path of the login. Default: beside the callback. */
  login?: string | undefined
  connections: Record<string, ConnectionDefinition>
  records: ElicitationRecords
}

/**
 * Creates the page of the elicitations. A GET shows what is asked, and its form starts the connect flow.
 *
 * @internal
 */
export function createPage(context: Context, options: PageOptions): Route {
  const placeOf = createPlaces(context, {}, (redirectUri) => placeBeside(redirectUri))
  const answers = createAnswers(context, placeOf)
  return (request) =>
    answerErrors(request, { answers }, async (store) => {
      const { headers } = store.response
      const isPost = request.method === 'POST'
      if (!isPost && request.method !== 'GET') {
        return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
      }
      const refusal =
        refuseLongUrl(request) ??
        (isPost ? refuseOtherOrigins(request, new URL(options.url).origin) : undefined)
      if (refusal) return answers.refuse(refusal, request)
      const id = await idOf(request)
      const session = await context.findSession(store)
      if (!session) {
        const { login: beside = '' } = await placeOf(store)
        const login = new URL(options.login ?? beside, options.url)
        const { pathname, search } = new URL(urlOf(options, id))
        login.searchParams.set('returnTo', pathname + search)
        return redirect(login.href, headers)
      }
      const record = await options.records.get(id)
      const isOwn = record?.user === session.user.sub
      if (isPost && record && isOwn && !record.isComplete) {
        return redirect(await start(context, { options, id, record, store }), headers)
      }
      return statePage(stateOf(request, { options, id, record, isOwn }), headers)
    })
}

async function idOf(request: Request): Promise<string> {
  const fields =
    request.method === 'POST' ? await readForm(request) : new URL(request.url).searchParams
  return String(fields.get('id') ?? '')
}

interface Shown {
  options: PageOptions
  id: string
  record: ElicitationRecord | undefined
  isOwn: boolean
}

function stateOf({ url }: Request, { options, id, record, isOwn }: Shown): PageState {
  if (!record) return { kind: 'unknown' }
  if (!isOwn) return { kind: 'other_user' }
  const label = labelOf(options.connections, record.connection)
  if (record.isComplete) return { kind: 'complete', label }
  const hasFailed = new URL(url).searchParams.has('auth_error')
  return { kind: 'ask', id, label, message: record.message, hasFailed }
}

interface Started {
  options: PageOptions
  id: string
  record: ElicitationRecord
  store: RouteStore
}

/** Starts the connect flow. It asks for the granted scopes, too, because the scopes of a request replace those of the grant. */
async function start(context: Context, { options, id, record, store }: Started): Promise<string> {
  const { connection, scopes, accountId } = record
  const { connections: definitions } = options
  const accounts = await withSessionClient(context, store, async ({ client }) => {
    const page = await listConnectedAccounts(client, { connection })
    return page.accounts
  })
  const health = connectionHealth(connection, { accounts, scopes, definitions, accountId })
  const { pathname, search } = new URL(urlOf(options, id))
  const asked = { connection, scopes: health.repairScopes, returnTo: pathname + search }
  return startConnectAccount(context, { ...asked, appState: { [STATE]: id } }, store)
}

/** Returns the URL of an elicitation. @internal */
export function urlOf({ url }: Pick<PageOptions, 'url'>, id: string): string {
  const page = new URL(url)
  page.searchParams.set('id', id)
  return page.href
}

/** Returns the name of a connection that people know. @internal */
export function labelOf(connections: Record<string, ConnectionDefinition>, name: string): string {
  return findConnection(connections, name)?.label ?? name
}
