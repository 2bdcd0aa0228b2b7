import { MyAccountApiError } from '../errors/my-account-api-error.js'
import { type AccountLabel, readAccountLabel } from './account-label.js'

/** An account that was just connected. */
export interface IdentifiableAccount {
  id: string
  /** The name of its connection. */
  connection: string
  /** The `login_hint` of the flow that has connected it. It chooses the account if the user has several of the connection. */
  loginHint?: string | undefined
}

/** Finds out whose account it is at the provider. Returns undefined if that cannot be known. */
export type IdentifyAccount = (account: IdentifiableAccount) => Promise<AccountLabel | undefined>

/**
 * Asks your server whose account it is: the route `identify` of `createHandler` in `@connected-accounts/server`. The provider's
 * token stays on the server.
 *
 * @param url - The path of the handler with `/accounts`. With the `redirect_uri` `https://app.example.com/auth/callback` it is
 * `/auth/accounts`.
 * @returns A function for the `identify` of `ConnectedAccountsProvider`. It throws a `MyAccountApiError` if the server refuses. Its
 * `title` is the code, such as `ambiguous_account` if the user has several accounts of the connection, and no `loginHint` is known.
 *
 * @example
 * ```ts
 * const identify = identifyAt('/auth/accounts')
 * const label = await identify({ id: account.id, connection: account.connection })
 * console.log(label?.label ?? account.connection)
 * ```
 */
export function identifyAt(url: string): IdentifyAccount {
  return async ({ id, loginHint }) => {
    const response = await fetch(`${url}/${encodeURIComponent(id)}/identify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login_hint: loginHint }),
    })
    if (response.status === 204) return undefined // nobody knows how to ask this provider
    if (!response.ok) throw new MyAccountApiError(response, await response.text())
    return readAccountLabel(await response.json())
  }
}
