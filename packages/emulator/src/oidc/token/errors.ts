import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { Lab } from '../../context/context.js'
import { statusOf } from '../../oauth/oauth-error.js'
import { NOT_EMULATED_PAGE } from '../../resource-server/not-emulated.js'

interface TokenError {
  status: number
  error: string
  error_description: string
}

/**
 * Changes the errors of the token endpoint to Auth0's statuses and texts. They are always JSON, regardless of the Accept header, and
 * say what was wrong, which oidc-provider does not.
 */
export function describeTokenErrors(provider: Provider, lab: Lab): void {
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { status, ...body } = auth0ErrorOf(error)
    ctx.status = statusOf({ status, code: body.error }, lab)
    ctx.type = 'json'
    ctx.body = body
  })
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    console.error(error)
    if (ctx.oidc.route !== 'token') return
    ctx.type = 'json'
    ctx.body = {
      error: 'server_error',
      error_description: 'The emulator failed. Its output has the error',
    }
  })
}

function auth0ErrorOf(error: errors.OIDCProviderError): TokenError {
  const { error: code, error_description: words = '', error_detail: detail, statusCode } = error
  const same = { status: statusCode, error: code, error_description: words }
  if (code === 'use_dpop_nonce') {
    return { ...same, error_description: 'Authorization server requires nonce in DPoP proof' }
  }
  if (code === 'unsupported_grant_type') {
    const error_description = `The emulator does not have this grant type: see ${NOT_EMULATED_PAGE}`
    return { ...same, error_description }
  }
  if (words === 'requested grant type is not allowed for this client') {
    const error_description = 'The grant type is not allowed for the client'
    return { status: 403, error: 'unauthorized_client', error_description }
  }
  if (error instanceof errors.CustomOIDCProviderError) return same
  if (code === 'invalid_grant' && statusCode === 400) return auth0ErrorOfGrant(detail)
  return { ...same, error_description: sentence(detail ? `${words}: ${detail}` : words) }
}

const descriptions: Record<string, string> = {
  'authorization code not found': 'Invalid authorization code',
  'authorization code already consumed': 'Invalid authorization code: it has been used',
  'authorization code is expired': 'Invalid authorization code: it has expired',
}

function auth0ErrorOfGrant(detail = 'the grant is not valid'): TokenError {
  if (detail === 'DPoP proof JWT Replay detected') {
    const error_description = 'The jti of the DPoP proof has been used before'
    return { status: 400, error: 'invalid_dpop_proof', error_description }
  }
  if (detail === 'DPoP proof JWT not provided') {
    const error_description = 'The client requires a DPoP proof'
    return { status: 400, error: 'invalid_request', error_description }
  }
  const isPkce = /^code_(verifier|challenge)/.test(detail)
  const known = isPkce ? 'Failed to verify code verifier' : descriptions[detail]
  const error_description = known ?? sentence(detail)
  return { status: 403, error: 'invalid_grant', error_description }
}

// Starts with a capital letter, unless the text starts with the name of a parameter.
function sentence(text: string): string {
  const [first = ''] = text.split(' ')
  return first.includes('_') ? text : text.slice(0, 1).toUpperCase() + text.slice(1)
}
