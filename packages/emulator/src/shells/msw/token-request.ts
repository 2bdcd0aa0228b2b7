import type { Context } from '../../context/context.js'
import type { Client } from '../../tenant/tenant.js'
import type { Vault } from '../../vault/vault.js'
import type { RefreshTokens } from './refresh-tokens.js'

/** The parts of the emulator that the token endpoint uses. */
export interface TokenEndpointOptions {
  context: Context
  vault: Vault
  refreshTokens: RefreshTokens
}

/** Why a token request was refused (RFC 6749 §5.2); `message` is the `error_description`. */
export class Refusal extends Error {
  readonly status: number
  readonly error: string
  constructor(status: number, error: string, message: string) {
    super(message)
    this.status = status
    this.error = error
  }
}

/** A token request whose client has been authenticated. */
export interface TokenCall extends TokenEndpointOptions {
  client: Client
  request: Request
  form: URLSearchParams
}

/** Returns a parameter of a token request. Throws `invalid_request` if it is missing. */
export function required({ form }: Pick<TokenCall, 'form'>, name: string): string {
  const value = form.get(name)
  if (!value) throw invalid(`Missing required parameter ${name}`)
  return value
}

/** Creates the refusal of a malformed request. */
export function invalid(description: string): Refusal {
  return new Refusal(400, 'invalid_request', description)
}
