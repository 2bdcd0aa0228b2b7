/** The scope that an operation needs, by its HTTP method: Auth0 grants to create, to read and to delete. */
export const SCOPES = {
  POST: 'create:me:connected_accounts',
  GET: 'read:me:connected_accounts',
  DELETE: 'delete:me:connected_accounts',
} as const

/** A scope of the My Account API for connected accounts. */
export type ConnectedAccountsScope = (typeof SCOPES)[keyof typeof SCOPES]

/** The scope to ask for before a request of this method, where the contract has it. */
export function scopeFor(method: string): ConnectedAccountsScope | undefined {
  return new Map(Object.entries(SCOPES)).get(method)
}
