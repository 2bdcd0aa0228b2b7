import { errors, type TokenEndpointGrantContext } from 'oidc-provider'

/** Returns a parameter of a token request. Throws `invalid_request` if it is missing. */
export function required(ctx: TokenEndpointGrantContext, name: string): string {
  const value = ctx.oidc.params[name]
  if (typeof value !== 'string' || value === '') {
    throw new errors.InvalidRequest(`Missing required parameter ${name}`)
  }
  return value
}

/** Creates an OAuth error with a status other than 400. */
export function oauthError(
  status: number,
  error: string,
  description: string,
): errors.CustomOIDCProviderError {
  const made = new errors.CustomOIDCProviderError(error, description)
  return Object.assign(made, { status, statusCode: status })
}
