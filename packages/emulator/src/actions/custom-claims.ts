/** The claims that Actions have set. */
export type CustomClaims = Record<string, unknown>

/** The token that a claim is set in. */
export interface ClaimTarget {
  token: 'access token' | 'ID token'
  /** Whether the access token is for an API of Auth0: the My Account API. */
  isForSystemApi: boolean
}

/** How many bytes of JSON all custom claims of one token can have. */
const PAYLOAD_LIMIT = 100 * 1024

// https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims lists these, and `scope` is the emulator's own.
const reserved = new Set(
  `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest entitlements events
  exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce object_id org_id org_name orig
  origid permissions roles rph s_hash scope sid sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn
  typ uuid vot vtm x5t#S256`.split(/\s+/),
)

// The standard claims of a profile (OIDC Core §5.1). Access tokens can have them, and those of ID tokens cannot be changed.
const standard = new Set(
  `address birthdate email email_verified family_name gender given_name locale middle_name name nickname phone_number
  phone_number_verified picture preferred_username profile updated_at website zoneinfo`.split(
    /\s+/,
  ),
)

/** Returns why Auth0 ignores a custom claim, or undefined if it does not. */
export function claimFlaw(
  name: string,
  { token, isForSystemApi }: ClaimTarget,
): string | undefined {
  if (reserved.has(name)) return 'the name is reserved'
  if (token === 'ID token') {
    return standard.has(name) ? 'it is a standard claim of OpenID Connect' : undefined
  }
  const isNamespaced = /^https?:\/\//.test(name)
  if (isForSystemApi && !isNamespaced) return 'a token for an API of Auth0 needs a URL as the name'
  return undefined
}

/** Throws an error if the claims of one token are too large. */
export function checkSize(claims: CustomClaims): void {
  if (new TextEncoder().encode(JSON.stringify(claims)).length <= PAYLOAD_LIMIT) return
  throw new RangeError('The custom claims have more than 100 KB')
}
