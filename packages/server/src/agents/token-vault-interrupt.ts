import { type ConnectionRequiredError, readConnectionRequired } from '@connected-accounts/client'

/** The interrupt of `@auth0/ai` 5 for Token Vault, as it is in JSON. */
export interface TokenVaultInterrupt {
  name: 'AUTH0_AI_INTERRUPT'
  code: 'TOKEN_VAULT_ERROR'
  message: string
  connection: string
  /** The scopes that the call needs. */
  scopes: string[]
  /** The scopes to ask for. */
  requiredScopes: string[]
  authorizationParams: Record<string, string>
  /** `resume`: the interrupted run goes on after the person has connected. `reload`: it starts again. */
  behavior: 'resume' | 'reload'
  /** What a {@link ConnectionRequiredError} knows beside that. `@auth0/ai` ignores it. */
  connectionRequired: { reason: string; accountId?: string | undefined }
}

/**
 * Returns an error as the interrupt of `@auth0/ai` 5, so that its components show it. It is a plain object, because that package does
 * not load as a module in Node. `TokenVaultInterrupt.isInterrupt` accepts it.
 *
 * @param options.behavior - What to do after the person has connected. Default: `resume`.
 * @example
 * ```ts
 * import { isConnectionRequiredError } from '@connected-accounts/client'
 *
 * function onToolError(error: unknown) {
 *   if (isConnectionRequiredError(error)) throw toTokenVaultInterrupt(error)
 * }
 * ```
 */
export function toTokenVaultInterrupt(
  { message, connection, scopes, reason, accountId }: ConnectionRequiredError,
  { behavior = 'resume' }: { behavior?: TokenVaultInterrupt['behavior'] | undefined } = {},
): TokenVaultInterrupt {
  return {
    name: 'AUTH0_AI_INTERRUPT',
    code: 'TOKEN_VAULT_ERROR',
    message,
    connection,
    scopes: [...scopes],
    requiredScopes: [...scopes],
    authorizationParams: {},
    behavior,
    connectionRequired: { reason, ...(accountId !== undefined && { accountId }) },
  }
}

/**
 * Reads the interrupt of `@auth0/ai`: an object, or the JSON of one.
 *
 * @returns Undefined if the value is something else, or lacks a field. The `reason` is `not_connected` if `@auth0/ai` made the interrupt,
 * because it makes one for every failure of an exchange.
 * @example
 * ```ts
 * const required = fromTokenVaultInterrupt(interrupt)
 * if (required) console.log(`Connect ${required.connection} first.`)
 * ```
 */
export function fromTokenVaultInterrupt(value: unknown): ConnectionRequiredError | undefined {
  const fields: Record<string, unknown> = { ...Object(value) }
  // Class fields of an Error may not be enumerable.
  const { name, code } = Object(value)
  if (name !== 'AUTH0_AI_INTERRUPT' || code !== 'TOKEN_VAULT_ERROR') return undefined
  const { connection, scopes, requiredScopes = scopes } = fields
  const { reason = 'not_connected', accountId } = Object(fields.connectionRequired)
  return readConnectionRequired({
    title: 'connection_required',
    connection,
    scopes: requiredScopes,
    reason,
    ...(accountId !== undefined && { account_id: accountId }),
  })
}
