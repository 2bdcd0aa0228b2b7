/**
 * A provider whose tokens Token Vault keeps, as people and applications know it. The catalogue has the providers that
 * Auth0's documentation lists; write your own object for another one.
 */
export interface Provider {
  /** The name that people know, like `Google`. */
  readonly name: string
  /** The `strategy` of its connections at Auth0, like `google-oauth2`. */
  readonly strategy: string
  /** The name of the connection, if Auth0 has one for it. A tenant may have chosen another name. */
  readonly connection?: string
  /** The logo as the data of an SVG path, for a `viewBox` of `0 0 24 24`. Some owners do not allow it: then there is none. */
  readonly logo?: string
  /** The colour of the logo, like `#4285F4`. */
  readonly color?: string
  /** The provider's page on which people revoke the grant. */
  readonly revokeUrl?: string
  /** What a scope allows, in words. It has the scopes that applications ask for most, not all of them. */
  readonly scopes?: Readonly<Record<string, string>>
  /**
   * The scopes that every request for scopes of this provider must have. They are added to those that you ask for. The list
   * of accounts may show them under other names, so they are never `missingScopes`.
   */
  readonly requiredScopes?: readonly string[]
}

/** A provider of which Auth0 names the connection, so that `defineConnections` does not need the name. */
export interface SocialProvider<Connection extends string = string> extends Provider {
  readonly connection: Connection
}
