import type { ConnectSession, Store } from '../connect/sessions.js'
import type { Lab } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import { isSameSecret, sha256 } from '../memory/random.js'
import type { Call } from '../resource-server/operation.js'
import type { ProviderGrant } from '../upstream/client.js'
import type { VaultEntry } from '../vault/connected-accounts.js'
import { problem } from './problem.js'

type Schemas = components['schemas']

/** Completes a connect flow: checks the code and connects the account. */
export async function complete(context: Lab, store: Store, call: Call): Promise<Response> {
  const request = call.body as Schemas['CompleteConnectedAccountRequest'] // fits the contract
  const session = store.sessions.get(request.auth_session)
  if (!session || !isOwn(context, session, call)) {
    return problem('not_found', 'Invalid or expired session')
  }
  call.trace.connection = session.connection.name
  if (context.switches.get().connectCode === 'expired') delete session.outcome
  const flaw = await flawOf(session, request)
  if (flaw) return problem('bad_request', flaw)
  // Reads it again after the await, so that only one of two simultaneous completions finds the code.
  const grant = session.outcome?.grant
  if (!grant) return problem('bad_request', 'Invalid connect_code')
  delete session.outcome
  const isAnonymous = grant.subject === undefined
  if (isAnonymous && !session.connection.connected_accounts.allow_missing_user_id) {
    return problem('bad_request', noUserId)
  }
  const { userId } = call.token
  const connection = session.connection.name
  const conflict = conflictOf(context, store.accounts.list(userId), { connection, grant })
  if (conflict) return problem('conflict', conflict)
  const { item } = store.accounts.connect(session, connection, grant)
  call.trace.account = { id: item.id, idp_user_id: grant.subject }
  const { org_id: _, ...account } = item
  const { scopes: _scopes, ...others } = account
  const { completeScopes, completeStatus } = context.switches.get()
  const answer: Schemas['CompleteConnectedAccountResponse'] =
    completeScopes === 'sent' ? account : others
  return Response.json(answer, { status: Number(completeStatus) })
}

const noUserId =
  'The provider sent no user ID. To connect the account without one, set connected_accounts.allow_missing_user_id on the connection'

function isOwn({ switches }: Lab, session: ConnectSession, { token }: Call): boolean {
  const isSame = session.userId === token.userId && session.clientId === token.clientId
  return isSame && (switches.get().device === 'any' || session.device === token.device)
}

async function flawOf(
  { outcome, request: started }: ConnectSession,
  request: Schemas['CompleteConnectedAccountRequest'],
): Promise<string | undefined> {
  if (!outcome || !isSameSecret(request.connect_code, outcome.connectCode))
    return 'Invalid connect_code'
  if (request.redirect_uri !== started.redirect_uri) {
    return 'The redirect_uri does not match the one of the connect request'
  }
  const verified = await isVerified(started.code_challenge, request.code_verifier)
  return verified ? undefined : 'Invalid code_verifier'
}

// RFC 7636 §4.6. A verifier without a challenge is a sign of a downgrade attack (RFC 9700 §4.8.2).
async function isVerified(
  challenge: string | undefined,
  verifier: string | undefined,
): Promise<boolean> {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  return isSameSecret(await sha256(verifier), challenge)
}

function conflictOf(
  { switches }: Lab,
  entries: VaultEntry[],
  { connection, grant }: { connection: string; grant: ProviderGrant },
): string | undefined {
  const { sameAccount, secondAccount } = switches.get()
  const known = entries.filter(({ item }) => item.connection === connection)
  const isKnown = known.some(({ grant: { subject } }) => subject === grant.subject)
  if (isKnown && sameAccount === 'refused') return 'The account is already connected'
  if (known.length === 0 || isKnown || secondAccount === 'added') return undefined
  return 'Another account of the connection is already connected'
}
