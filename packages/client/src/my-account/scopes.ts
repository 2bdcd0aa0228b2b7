/** A scope of the My Account API for connected accounts. */
export type ConnectedAccountsScope = `${'create' | 'read' | 'delete'}:me:connected_accounts`

/** The scope that a request needs, by its HTTP method. The contract has no other methods. */
export const SCOPES: ReadonlyMap<string, ConnectedAccountsScope> = new Map([
  ['POST', 'create:me:connected_accounts'],
  ['GET', 'read:me:connected_accounts'],
  ['DELETE', 'delete:me:connected_accounts'],
])
