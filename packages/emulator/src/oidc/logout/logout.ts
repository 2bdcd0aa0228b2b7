import { compactVerify, decodeJwt, importJWK } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { errorPage } from '../../pages/error-page.js'
import { html, pageResponse } from '../../pages/page.js'
import { firstLogoutUrl, isAllowedLogoutUrl } from '../../tenant/clients.js'
import type { Tenant } from '../../tenant/tenant.js'
import { announceLogout } from './back-channel.js'

type Query = Record<string, string | string[] | undefined>

/** The URL at the end of a logout, or why the logout is refused. */
type Outcome = { url?: URL } | { flaw: string }

/**
 * Serves `/v2/logout` and `/oidc/logout` (OpenID Connect RP-Initiated Logout §2). Both end the session without asking the user and
 * send logout tokens to its clients. They do not revoke refresh tokens. Without a target, they lead to the first allowed logout URL.
 */
export function serveLogout(provider: Provider, context: Tenancy): void {
  const readers: Record<string, (query: Query, context: Tenancy) => Outcome | Promise<Outcome>> = {
    '/v2/logout': readLogout,
    '/oidc/logout': readOidcLogout,
  }
  provider.use(async (ctx, next) => {
    const read = ctx.method === 'GET' ? readers[ctx.path] : undefined
    if (!read) return next()
    const outcome = await read(ctx.query, context)
    if (!('flaw' in outcome)) {
      const session = await provider.Session.get(ctx)
      await session.destroy()
      ctx.cookies.set(provider.cookieName('session'), null)
      await announceLogout(context, session)
      if (outcome.url) return ctx.redirect(outcome.url.href)
    }
    const page = 'flaw' in outcome ? refusedLogout(outcome.flaw) : loggedOutPage()
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

function refusedLogout(reason: string): Response {
  return errorPage({
    title: 'This logout is not possible',
    reason,
    advice:
      'You are still logged in. Go back to the application, correct its logout, and try again.',
  })
}

function loggedOutPage(): Response {
  const body = html`<p>Your session at the emulator has ended. You can close this page.</p>
<p class="muted">The logout named no page to go to, and the application has no allowed logout URL that it could lead to.</p>`
  return pageResponse({ title: 'You are logged out', body })
}

function readLogout(query: Query, context: Tenancy): Outcome {
  const target = { name: 'returnTo', value: single(query.returnTo), comparesQuery: false }
  return destination(context.tenant, single(query.client_id), target)
}

async function readOidcLogout(query: Query, context: Tenancy): Promise<Outcome> {
  const hint = single(query.id_token_hint)
  const clientId = hint ? await clientOfIdToken(context, hint) : single(query.client_id)
  if (hint && !clientId) return { flaw: 'id_token_hint is not an ID token of this tenant.' }
  if (hint && query.client_id && query.client_id !== clientId) {
    return { flaw: 'client_id is not the client of id_token_hint.' }
  }
  const outcome = destination(context.tenant, clientId, {
    name: 'post_logout_redirect_uri',
    value: single(query.post_logout_redirect_uri),
    comparesQuery: true,
    // Without client_id, Auth0 reads the tenant's list, too.
    isForTenant: !query.client_id,
  })
  const state = single(query.state)
  if (state && 'url' in outcome) outcome.url?.searchParams.set('state', state)
  return outcome
}

// An expired ID token is still a valid hint (§2), so its times are not checked.
async function clientOfIdToken(context: Tenancy, hint: string): Promise<string | undefined> {
  try {
    await compactVerify(hint, await importJWK(context.signingKey.publicJwk, 'RS256'))
    const { iss, aud } = decodeJwt(hint)
    return iss === context.issuer && typeof aud === 'string' ? aud : undefined
  } catch {
    return undefined
  }
}

interface Target {
  /** The name of the parameter, and its value. */
  name: string
  value: string | undefined
  comparesQuery: boolean
  /** True if the URL can also be one of the tenant's list. */
  isForTenant?: boolean
}

// The list of the client that the request names; without one, the list of the tenant.
function destination(tenant: Tenant, clientId: string | undefined, target: Target): Outcome {
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  if (clientId !== undefined && !client) return { flaw: `The client ${clientId} does not exist.` }
  const { name, value, comparesQuery, isForTenant } = target
  const own = client ? client.allowed_logout_urls : tenant.allowed_logout_urls
  if (!value) {
    const first = firstLogoutUrl(own)
    return first === undefined ? {} : { url: new URL(first) }
  }
  const lists = isForTenant ? [own, tenant.allowed_logout_urls] : [own]
  if (lists.some((list) => isAllowedLogoutUrl(list, value, { comparesQuery }))) {
    return { url: new URL(value) }
  }
  const owner = client ? `the client ${client.client_id}` : 'the tenant'
  const way = client ? '' : ' A request with client_id uses the list of that client.'
  return {
    flaw: `${name} is not an allowed logout URL: ${value}. Add it to allowed_logout_urls of ${owner}.${way}`,
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
