import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import type { LogEntry } from '../../logs/tenant-logs.js'
import { problemOf, traceOf } from '../../logs/trace.js'
import { sha256 } from '../../memory/random.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import { PRIVILEGED_SUBJECT } from '../token/privileged-worker.js'

type Ctx = Omit<KoaContextWithOIDC, 'oidc'> & { oidc?: KoaContextWithOIDC['oidc'] }

/**
 * Writes an event for every Token Vault exchange. There is no event if a fault replaces the response, because the grant type is then
 * unknown. There is none for a DPoP nonce challenge either, because the client retries the request.
 */
export function logExchanges(provider: Provider, { logs, url, now }: Context): void {
  provider.use(async (ctx: Ctx, next) => {
    await next()
    const form = ctx.oidc?.body ?? {}
    if (form.grant_type !== TOKEN_VAULT_GRANT) return
    const answer: Partial<Record<string, unknown>> =
      typeof ctx.body === 'object' ? { ...ctx.body } : {}
    if (answer.error === 'use_dpop_nonce') return
    const trace = traceOf(ctx.req)
    const clientId = ctx.oidc?.client?.clientId
    if (clientId !== undefined) trace.clientId = clientId
    if (typeof form.connection === 'string') trace.connection ??= form.connection
    const { details, ...event } = await outcome(ctx.status, answer, now())
    const { auditContext: audit_context } = trace
    logs.write({
      ...event,
      details: {
        subject_token_type: tokenType(form.subject_token_type),
        is_privileged_worker: form.subject_token_type === PRIVILEGED_SUBJECT,
        ...(audit_context !== undefined && { audit_context }),
        ...details,
      },
      request: {
        of: ctx.req,
        method: ctx.method,
        url: new URL(ctx.path, url),
        userAgent: ctx.get('user-agent'),
      },
    })
  })
}

// Both schemas of Auth0 require the field, but a request can contain anything.
function tokenType(value: unknown): string {
  const known = /^urn:ietf:params:oauth:token-type:\w+$/.exec(String(value))
  return known?.[0].slice(0, 100) ?? ''
}

async function outcome(
  status: number,
  answer: Partial<Record<string, unknown>>,
  now: number,
): Promise<Pick<LogEntry, 'type' | 'failure' | 'details'>> {
  if (status !== 200) {
    const failure = problemOf(answer) ?? { title: `Status ${status}` }
    const failure_reason = failure.detail ?? failure.title
    return { type: 'feta', failure: { ...failure, status }, details: { failure_reason } }
  }
  const { access_token, issued_token_type, scope, expires_in } = answer
  return {
    type: 'seta',
    details: {
      issued_token_type: String(issued_token_type),
      scope: String(scope).split(/[ ,]+/).filter(Boolean).join(' '),
      token_thumbprint: await sha256(String(access_token)),
      expires_at: new Date(now + Number(expires_in) * 1000).toISOString(),
    },
  }
}
