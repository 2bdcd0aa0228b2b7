import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Context } from '../context.js'
import { createExpiringMap } from '../expiring-map.js'

/** Who allowed which application what. */
export interface Consent {
  userId: string
  clientId: string
  /** Of the login; empty for one without. */
  audience: string
  scopes: readonly string[]
}

/** What users have allowed, remembered until it is cleared; at most 10 000 of them. */
export interface Consents {
  /** Whether all of this was allowed. */
  has(consent: Consent): boolean
  add(consent: Consent): void
  clear(): void
}

/** Nothing was allowed yet. */
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

/** What an authorization request asks the user to allow, as far as there is something to allow. */
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

/** Whether the user has to be asked: for an application of others, and for an API that lets consent not be skipped. */
export function mustAsk(
  { tenant }: Pick<Context, 'tenant'>,
  { clientId, audience }: Consent,
): boolean {
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  const api = tenant.apis.find(({ identifier }) => identifier === audience)
  return (
    client?.is_first_party === false ||
    api?.skip_consent_for_verifiable_first_party_clients === false
  )
}
