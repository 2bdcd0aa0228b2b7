import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import type { Client } from '../../tenant/tenant.js'

/** A grant type of the token endpoint. */
export interface GrantType {
  name: string
  /** The parameters that it reads. oidc-provider drops all others. */
  parameters: readonly string[]
  /** Sets the body of the response. Can throw `OAuthError`. */
  handle(ctx: TokenEndpointGrantContext): Promise<void>
}

/** Adds a grant type to oidc-provider, or replaces its own. */
export function registerGrant(provider: Provider, { name, parameters, handle }: GrantType): void {
  provider.registerGrantType(
    name,
    async (ctx) => {
      try {
        await handle(ctx)
      } catch (error) {
        throw error instanceof OAuthError
          ? oauthError(error.status, error.code, error.message)
          : error
      }
    },
    [...parameters],
  )
}

/** Returns the authenticated client of a token request, as the tenant has it. */
export function clientOf({ tenant }: Tenancy, ctx: TokenEndpointGrantContext): Client {
  const { clientId } = ctx.oidc.client
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  if (client) return client
  throw new errors.InvalidClientAuth('client not found')
}

/** Creates an error of oidc-provider with a status other than 400. */
export function oauthError(
  status: number,
  error: string,
  description: string,
): errors.CustomOIDCProviderError {
  const made = new errors.CustomOIDCProviderError(error, description)
  return Object.assign(made, { status, statusCode: status })
}
