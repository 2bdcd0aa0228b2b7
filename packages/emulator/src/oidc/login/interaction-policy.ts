import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Context, Tenancy } from '../../context/context.js'
import { UNMET_POLICY } from '../../oauth/refresh.js'
import { findOrganization, logsInWith } from '../../tenant/connections.js'
import { type Consents, mustAsk, requestedConsent } from './consents.js'

const { Check, Prompt } = interactionPolicy

/** Creates the policy that decides whether the user must do something before `/authorize` can respond. */
export function createInteractionPolicy(
  context: Context,
  consents: Consents,
): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy
    .get('login')
    ?.checks.add(
      new Check(
        'connection_mismatch',
        'the session is of a login with another connection',
        'login_required',
        (ctx) => isOfOtherConnection(context, ctx),
      ),
    )
  policy.remove('consent')
  policy.add(consentPrompt(context, consents))
  return policy
}

// Its checks run when the user is known. They store the requested consent for the page.
function consentPrompt(context: Context, consents: Consents): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'consent', requestable: true },
    (ctx) => ({ ...requestedConsent(ctx) }),
    new Check('blocked', 'a blocked user may not log in', (ctx) => {
      refuseBlocked(context, ctx)
      return false
    }),
    new Check('membership', 'only members may log in', (ctx) => {
      refuseStranger(context, ctx)
      return false
    }),
    new Check('default_policy', 'the policy of the My Account API is not met', (ctx) => {
      refuseUnmetPolicy(context, ctx)
      return false
    }),
    new Check('consent_missing', 'Consent required', (ctx) => {
      const consent = requestedConsent(ctx)
      return mustAsk(context, consent) && !consents.has(consent)
    }),
  )
}

function isOfOtherConnection(
  { tenant, users }: Tenancy,
  { oidc: { params, session, result } }: KoaContextWithOIDC,
): boolean {
  const person = users.find(session?.accountId)
  if (!person || result?.login) return false
  const { connection } = person.identity
  const organization = findOrganization(tenant, params?.organization)
  return (params?.connection ?? connection) !== connection || !logsInWith(organization, connection)
}

function refuseUnmetPolicy(context: Context, { oidc }: KoaContextWithOIDC): void {
  const isUnmet = context.switches.get().myAccountPolicy === 'unmet'
  if (!isUnmet || oidc.params?.audience !== context.myAccountAudience) return
  throw new errors.CustomOIDCProviderError(UNMET_POLICY.error, UNMET_POLICY.error_description)
}

function refuseBlocked({ users }: Tenancy, { oidc: { session } }: KoaContextWithOIDC): void {
  if (!users.find(session?.accountId)?.blocked) return
  throw new errors.CustomOIDCProviderError('unauthorized', 'user is blocked')
}

function refuseStranger(
  { tenant }: Tenancy,
  { oidc: { params, session } }: KoaContextWithOIDC,
): void {
  const organization = findOrganization(tenant, params?.organization)
  const userId = session?.accountId ?? ''
  if (!organization || organization.members.includes(userId)) return
  throw new errors.AccessDenied(`user ${userId} is not part of the ${organization.id} organization`)
}
