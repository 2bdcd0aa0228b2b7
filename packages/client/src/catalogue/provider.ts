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
  /** Where the provider says whose account a token is for. The server package asks there for the name of an account. */
  readonly profile?: ProfileEndpoint
  /**
   * Where a token ends the grant that it belongs to, without a client secret, which only the tenant has. The server package
   * sends the token there when an account is disconnected.
   */
  readonly revocation?: RevocationEndpoint
}

/** An endpoint that answers with the person of an access token, such as the UserInfo endpoint of OpenID Connect. */
export interface ProfileEndpoint {
  /** Its URL. Only `https:`, and `http:` on this machine. */
  readonly url: string
  /** Default: `GET`. */
  readonly method?: 'GET' | 'POST'
  /** Name of the field with the person's id at the provider. A dot leads into an object: `data.id`. */
  readonly id: string
  /** Name of the field with the name that tells the person's accounts apart best. */
  readonly name?: string
  /** Name of the field with the email address. */
  readonly email?: string
  /** Name of the field with the URL of the picture, if anybody can load it without a token. */
  readonly picture?: string
}

/** An endpoint that revokes a token and the grant behind it. */
export interface RevocationEndpoint {
  /** Its URL. Only `https:`, and `http:` on this machine. */
  readonly url: string
  /** Where the token goes: into the form field `token` (RFC 7009 §2.1), or into the `Authorization` header. */
  readonly tokenIn: 'form' | 'header'
}

/** A provider of which Auth0 names the connection, so that `defineConnections` does not need the name. */
export interface SocialProvider<Connection extends string = string> extends Provider {
  readonly connection: Connection
}
