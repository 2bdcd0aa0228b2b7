import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { createExpiringMap } from '../../memory/expiring-map.js'

/** The user, the application and the scopes of a consent. */
export interface Consent {
  userId: string
  clientId: string
  /** The audience of the login; empty if it had none. */
  audience: string
  scopes: readonly string[]
}

/** The consents that users have given: at most 10,000, and they do not expire. */
export interface Consents {
  /** Returns whether the user has allowed all of these scopes. */
  has(consent: Consent): boolean
  add(consent: Consent): void
  clear(): void
}

/** Creates an empty store of consents. */
export function createConsents(now: () => number): Consents {
  const given = createExpiringMap<ReadonlySet<string>>(now)
  const keyOf = ({ userId, clientId, audience }: Consent) =>
    JSON.stringify([userId, clientId, audience])
  return {
    has: (consent) => consent.scopes.every((scope) => given.get(keyOf(consent))?.has(scope)),
    add(consent) {
      const scopes = new Set([...(given.get(keyOf(consent)) ?? []), ...consent.scopes])
      given.set(keyOf(consent), scopes, Number.POSITIVE_INFINITY)
    },
    clear: given.clear,
  }
}

/** Returns the consent that an authorization request needs, without unknown scopes. */
export function requestedConsent({ oidc }: KoaContextWithOIDC): Consent {
  const { client, params, session, requestParamScopes, requestParamOIDCScopes } = oidc
  const known = new Set(requestParamOIDCScopes)
  for (const { scopes } of Object.values(oidc.resourceServers ?? {})) {
    for (const scope of scopes) known.add(scope)
  }
  return {
    userId: session?.accountId ?? '',
    clientId: client?.clientId ?? '',
    audience: typeof params?.audience === 'string' ? params.audience : '',
    scopes: [...requestParamScopes].filter((scope) => known.has(scope)),
  }
}

/** Returns whether the user must consent: for a third-party application, and for an API that does not allow skipping consent. */
export function mustAsk(
  { tenant }: Pick<Tenancy, 'tenant'>,
  { clientId, audience }: Consent,
): boolean {
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  const api = tenant.apis.find(({ identifier }) => identifier === audience)
  return (
    client?.is_first_party === false ||
    api?.skip_consent_for_verifiable_first_party_clients === false
  )
}
