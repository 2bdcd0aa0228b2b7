import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Context, Tenancy } from '../../context/context.js'
import { policyNeeds, UNMET_POLICY } from '../../oauth/my-account-policy.js'
import { findOrganization, logsInWith } from '../../tenant/connections.js'
import { MFA_REQUIRED } from '../mfa/mfa-required.js'
import type { MfaTimes } from '../mfa/mfa-times.js'
import { type Consents, mustAsk, requestedConsent } from './consents.js'
import type { LoginOutcomes } from './login-outcomes.js'
import { finishLogin } from './post-login.js'

const { Check, Prompt } = interactionPolicy

/** What the policy reads and writes. */
export interface InteractionStores {
  consents: Consents
  outcomes: LoginOutcomes
  mfaTimes: MfaTimes
}

/** Creates the policy that decides whether the user must do something before `/authorize` can respond. */
export function createInteractionPolicy(
  context: Context,
  stores: InteractionStores,
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
  policy.add(accessPrompt(context))
  policy.add(mfaPrompt(context, stores))
  policy.add(consentPrompt(context, stores))
  policy.add(postLoginPrompt(context, stores))
  return policy
}

// It is the last prompt, so that its check runs once for each login: when the user has nothing left to do.
function postLoginPrompt(context: Context, stores: InteractionStores): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'post_login', requestable: false },
    new Check('post_login', 'the Action refused the login', async (ctx) => {
      await finishLogin(context, stores, ctx)
      return false
    }),
  )
}

// Its checks run when the user is known. They refuse the login, or let it go on.
function accessPrompt(context: Context): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'access', requestable: false },
    new Check('blocked', 'a blocked user may not log in', (ctx) => {
      refuseBlocked(context, ctx)
      return false
    }),
    new Check('membership', 'only members may log in', (ctx) => {
      refuseStranger(context, ctx)
      return false
    }),
  )
}

function mfaPrompt(context: Context, { mfaTimes }: InteractionStores): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'mfa', requestable: false },
    new Check('mfa_required', MFA_REQUIRED, 'login_required', ({ oidc: { params, session } }) => {
      const isRecent = mfaTimes.isRecent(session?.uid)
      const wanted = { audience: params?.audience, userId: session?.accountId, isRecent }
      const needs = policyNeeds(context, wanted)
      if (needs !== 'unmet') return needs === 'mfa'
      throw new errors.CustomOIDCProviderError(UNMET_POLICY.error, UNMET_POLICY.error_description)
    }),
  )
}

// Its check stores the requested consent for the page.
function consentPrompt(
  context: Tenancy,
  { consents }: InteractionStores,
): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'consent', requestable: true },
    (ctx) => ({ ...requestedConsent(ctx) }),
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
