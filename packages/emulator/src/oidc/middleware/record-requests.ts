import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Lab } from '../../context/context.js'
import { addressOf, problemOf, traceOf } from '../../logs/trace.js'

type Ctx = Omit<KoaContextWithOIDC, 'oidc'> & { oidc?: KoaContextWithOIDC['oidc'] }

/** Adds every request to the record, with the details of oidc-provider's errors. It must be the first middleware. */
export function recordRequests(provider: Provider, { requests }: Lab): void {
  const remember = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { error_description: words, error_detail: detail } = error
    const said = [words, detail].filter(Boolean).join(': ')
    traceOf(ctx.req).problem = { title: error.error, ...(said && { detail: said }) }
  }
  provider.on('authorization.error', remember)
  provider.on('end_session.error', remember)
  provider.use(async (ctx: Ctx, next) => {
    traceOf(ctx.req).ip = addressOf(ctx.req)
    try {
      await next()
    } finally {
      traceOutcome(ctx)
      const form = Object.entries(ctx.oidc?.body ?? {}).map(([name, value]) => [
        name,
        String(value),
      ])
      const query = new URLSearchParams(ctx.querystring)
      requests.add(ctx.req, {
        method: ctx.method,
        path: ctx.path,
        parameters: [...query, ...form] as [string, string][], // pairs, by the line above
        status: ctx.status,
        asksForNonce: traceOf(ctx.req).problem?.title === 'use_dpop_nonce',
      })
    }
  })
}

function traceOutcome({ req, body, status, query, oidc }: Ctx): void {
  const trace = traceOf(req)
  const problem = status >= 400 ? problemOf(body) : undefined
  const clientId = oidc?.client?.clientId ?? query.client_id
  const userId = oidc?.account?.accountId ?? oidc?.session?.accountId
  if (problem) trace.problem = problem
  if (typeof clientId === 'string') trace.clientId ??= clientId.slice(0, 200)
  if (userId !== undefined) trace.userId ??= userId
}
