import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { problemOf, traceOf } from '../../logs/trace.js'

type Ctx = Omit<KoaContextWithOIDC, 'oidc'> & { oidc?: KoaContextWithOIDC['oidc'] }

/** Writes to the trace of every request what only oidc-provider knows: its client, its user, its form and the details of its errors. */
export function traceRequests(provider: Provider): void {
  const remember = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { error_description: words, error_detail: detail } = error
    const said = [words, detail].filter(Boolean).join(': ')
    traceOf(ctx.req).problem = { title: error.error, ...(said && { detail: said }) }
  }
  provider.on('authorization.error', remember)
  provider.on('end_session.error', remember)
  provider.use(async (ctx: Ctx, next) => {
    try {
      await next()
    } finally {
      traceParties(ctx)
    }
  })
}

function traceParties(ctx: Ctx): void {
  const { req, oidc } = ctx
  const trace = traceOf(req)
  const clientId = oidc?.client?.clientId ?? ctx.query.client_id
  const userId = oidc?.account?.accountId ?? oidc?.session?.accountId
  if (typeof clientId === 'string') trace.clientId ??= clientId.slice(0, 200)
  if (userId !== undefined) trace.userId ??= userId
  trace.form = Object.entries(oidc?.body ?? {}).map(([name, value]) => [name, String(value)])
  const problem = ctx.status >= 400 ? problemOf(ctx.body) : undefined
  if (problem) trace.problem ??= problem
}
