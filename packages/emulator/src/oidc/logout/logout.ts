import { compactVerify, decodeJwt, importJWK } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { html, pageResponse } from '../../pages/page.js'
import { isAllowedCallback } from '../../tenant/clients.js'
import { announceLogout } from './back-channel.js'

type Query = Record<string, string | string[] | undefined>

/** The URL at the end of a logout, or why the logout is refused. */
type Outcome = { url?: URL } | { flaw: string }

/**
 * Serves `/v2/logout` and `/oidc/logout` (OpenID Connect RP-Initiated Logout §2). Both end the session without asking the user and
 * send logout tokens to its clients. They do not revoke refresh tokens.
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
    const page =
      'flaw' in outcome
        ? pageResponse(
            { title: 'This logout is not possible', body: html`<p>${outcome.flaw}</p>` },
            400,
          )
        : pageResponse({ title: 'You are logged out', body: html`<p>You can close this page.</p>` })
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

function readLogout(query: Query, context: Tenancy): Outcome {
  return destination(context, single(query.client_id), {
    name: 'returnTo',
    value: single(query.returnTo),
  })
}

async function readOidcLogout(query: Query, context: Tenancy): Promise<Outcome> {
  const hint = single(query.id_token_hint)
  const clientId = hint ? await clientOfIdToken(context, hint) : single(query.client_id)
  if (hint && !clientId) return { flaw: 'id_token_hint is not an ID token of this tenant.' }
  if (hint && query.client_id && query.client_id !== clientId) {
    return { flaw: 'client_id is not the client of id_token_hint.' }
  }
  const outcome = destination(context, clientId, {
    name: 'post_logout_redirect_uri',
    value: single(query.post_logout_redirect_uri),
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

function destination(
  { tenant }: Tenancy,
  clientId: string | undefined,
  target: { name: string; value: string | undefined },
): Outcome {
  const clients = tenant.clients.filter(
    ({ client_id }) => clientId === undefined || client_id === clientId,
  )
  if (clients.length === 0) return { flaw: `The client ${clientId} does not exist.` }
  const { name, value } = target
  if (!value) return {}
  const isAllowed = clients.some((client) => isAllowedCallback(client, value))
  return isAllowed
    ? { url: new URL(value) }
    : { flaw: `${name} is not an allowed logout URL: ${value}` }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
