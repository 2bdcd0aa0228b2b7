import { findConnection, isTokenError, type RevocationEndpoint } from '@connected-accounts/client'
import { hasFields } from '@connected-accounts/client/internal'
import type { Context } from '../context.js'
import {
  type AccountChoice,
  checkChosen,
  exchangeAccount,
  findAccount,
  type Owner,
} from './account-token.js'
import { readProfile } from './profile.js'
import { askProvider } from './provider-request.js'

/**
 * Why a grant was not revoked at the provider:
 *
 * - `not_requested`: `revoke` was not set.
 * - `not_supported`: the server client has no `connections`, or the account's provider has no `revocation`.
 * - `ambiguous_account`: the user has several accounts of the connection, and it is not certain which one a token would be for.
 * - `no_token`: there is no token to revoke, for example because the grant is revoked already, or the tenant does not answer.
 * - `refused`: the provider did not accept the token.
 * - `unavailable`: the provider did not answer within 5 seconds.
 */
export type NotRevokedReason =
  | 'not_requested'
  | 'not_supported'
  | 'ambiguous_account'
  | 'no_token'
  | 'refused'
  | 'unavailable'

/** Whether a grant was revoked at the provider. */
export type Revocation = { revoked: true } | { revoked: false; reason: NotRevokedReason }

/**
 * Revokes the grant of an account at its provider, with the account's token from Token Vault. It never fails, because it must not
 * keep an account from being deleted.
 *
 * @internal
 */
export async function revokeGrant(
  context: Context,
  owner: Owner,
  choice: AccountChoice,
): Promise<Revocation> {
  try {
    const account = await findAccount(owner, choice.id)
    const definition = findConnection(context.options.connections ?? {}, account.connection)
    const endpoint = definition?.provider?.revocation
    if (!endpoint) return { revoked: false, reason: 'not_supported' }
    const token = await exchangeAccount(context, owner, { ...choice, ...account })
    if (token.loginHint !== undefined) {
      // A provider that does not say whose token it is leaves the decision to the hint.
      const profile = await readProfile(context, token).catch(() => undefined)
      if (profile) checkChosen(profile, token)
    }
    return await sendRevocation(context, endpoint, token.accessToken)
  } catch (error) {
    return { revoked: false, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): NotRevokedReason {
  const code = isTokenError(error) ? error.code : undefined
  if (code === 'ambiguous_account') return 'ambiguous_account'
  return code === 'provider_unavailable' ? 'unavailable' : 'no_token'
}

/** Sends a token to the endpoint that revokes it. RFC 7009 §2.2: 200 means that the token is invalid from now on. */
async function sendRevocation(
  context: Context,
  { url, tokenIn }: RevocationEndpoint,
  accessToken: string,
): Promise<Revocation> {
  const sent =
    tokenIn === 'form'
      ? { body: new URLSearchParams({ token: accessToken }) }
      : { headers: { authorization: `Bearer ${accessToken}` } }
  const { ok, json } = await askProvider(context, {
    ...{ endpoint: 'revocation', url, method: 'POST' },
    ...sent,
  })
  // Slack sends a refusal with status 200.
  const isRefused = !ok || [{ ok: isFalse }, { revoked: isFalse }].some((no) => hasFields(json, no))
  return isRefused ? { revoked: false, reason: 'refused' } : { revoked: true }
}

const isFalse = (value: unknown) => value === false
