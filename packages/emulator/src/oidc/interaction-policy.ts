import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Context } from '../context.js'
import { findOrganization, logsInWith } from '../organizations.js'

const { Check } = interactionPolicy

/** When a person has to do something before `/authorize` can answer. */
export function createInteractionPolicy(context: Context): interactionPolicy.DefaultPolicy {
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
  const consent = policy.get('consent')?.checks
  consent?.clear()
  // Runs once it is known who logs in.
  consent?.add(
    new Check('membership', 'only members may log in', (ctx) => {
      refuseStranger(context, ctx)
      return false
    }),
  )
  return policy
}

function isOfOtherConnection(
  { tenant, users }: Context,
  { oidc: { params, session, result } }: KoaContextWithOIDC,
): boolean {
  const person = users.find(session?.accountId)
  if (!person || result?.login) return false
  const { connection } = person.identity
  const organization = findOrganization(tenant, params?.organization)
  return (params?.connection ?? connection) !== connection || !logsInWith(organization, connection)
}

function refuseStranger(
  { tenant }: Context,
  { oidc: { params, session } }: KoaContextWithOIDC,
): void {
  const organization = findOrganization(tenant, params?.organization)
  const userId = session?.accountId ?? ''
  if (!organization || organization.members.includes(userId)) return
  throw new errors.AccessDenied(`user ${userId} is not part of the ${organization.id} organization`)
}
