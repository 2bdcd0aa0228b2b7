import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { Context, Lab } from '../../context/context.js'
import { traceOf } from '../../logs/trace.js'
import { TOKEN_VAULT_GRANT } from '../../tenant/tenant.js'
import {
  EXCHANGE_PARAMETERS,
  exchange,
  isPrivileged,
  readExchange,
  readSubject,
} from '../../vault/exchange.js'
import type { Vault } from '../../vault/vault.js'
import { checkDpopReplay, validateDpop } from '../provider-internals.js'
import { clientOf, registerGrant } from './grant-request.js'
import { readPrivilegedRequest } from './privileged-worker.js'
import { renew } from './refresh-token.js'

/** Registers the grant that exchanges a token of Auth0 for the provider's access token of a connected account (RFC 8693). */
export function registerTokenVaultExchange(
  provider: Provider,
  context: Context,
  vault: Vault,
): void {
  registerGrant(provider, {
    name: TOKEN_VAULT_GRANT,
    parameters: EXCHANGE_PARAMETERS,
    async handle(ctx) {
      const request = readExchange(context, clientOf(context, ctx), ctx.oidc.params)
      const thumbprint = await readProof(provider, context, ctx)
      const subject = isPrivileged(request)
        ? await readPrivilegedRequest({ provider, context, ctx, request })
        : await readSubject(context, request, (token) =>
            userOfRefreshToken({ provider, context, ctx, token, thumbprint }),
          )
      ctx.body = await exchange({ context, vault, trace: traceOf(ctx.req) }, request, subject)
    },
  })
}

interface RefreshTokenSubject {
  provider: Provider
  context: Context
  ctx: TokenEndpointGrantContext
  token: string
  /** The thumbprint of the key that signed the request's proof. */
  thumbprint: string | undefined
}

async function userOfRefreshToken(subject: RefreshTokenSubject): Promise<string | undefined> {
  const { provider, context, ctx, thumbprint } = subject
  const token = await provider.RefreshToken.find(subject.token)
  if (!token?.isValid || token.clientId !== ctx.oidc.client.clientId) return undefined
  const isHeld = !token.jkt || token.jkt === thumbprint
  const isIgnored = context.switches.get().exchangeProof === 'ignored'
  if (!isHeld && !isIgnored) return undefined
  return (await renew(context, token)) ? token.accountId : undefined
}

// The issued token is never bound, so a proof only shows that the client has the key of its subject token.
async function readProof(
  provider: Provider,
  { switches }: Lab,
  ctx: TokenEndpointGrantContext,
): Promise<string | undefined> {
  if (switches.get().exchangeProof === 'ignored') return undefined
  const proof = await validateDpop(provider, ctx)
  await checkDpopReplay(provider, ctx, proof, ctx.oidc.client.clientId)
  return proof?.thumbprint
}
