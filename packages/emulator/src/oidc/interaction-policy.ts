import { interactionPolicy } from 'oidc-provider'
import type { Context } from '../context.js'

/** When a person has to do something before `/authorize` can answer. */
export function createInteractionPolicy({ users }: Context): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy.get('consent')?.checks.clear()
  policy.get('login')?.checks.add(
    new interactionPolicy.Check(
      'connection_mismatch',
      'the session is of a login with another connection',
      'login_required',
      ({ oidc: { params, session } }) => {
        const wanted = params?.connection
        const person = users.find(session?.accountId)
        return Boolean(wanted && person && person.identity.connection !== wanted)
      },
    ),
  )
  return policy
}
