/** The values of each switch. The first value is the default. */
export const SWITCHES = {
  /** DPoP nonces of the My Account API. `rotating` sends one with each response and accepts each once. `expired` refuses all. */
  myAccountNonce: ['required', 'optional', 'rotating', 'expired'],
  /**
   * DPoP nonces of the token endpoint: required of public clients, of all clients that send a proof, or of none. `rotating` requires
   * them of public clients, sends one with each response and accepts each once. `expired` refuses all.
   */
  tokenNonce: ['public_clients', 'all_clients', 'optional', 'rotating', 'expired'],
  /** `shared`: the token endpoint issues and accepts the nonces of the My Account API. */
  nonces: ['separate', 'shared'],
  /** The algorithms that DPoP proofs can be signed with. */
  dpopAlgs: ['ES256', 'RS256 ES256'],
  /** Whether the link that starts a connect flow still works. */
  ticket: ['valid', 'expired'],
  /** Whether the `connect_code` of the callback still completes a flow. A code that has expired stays expired. */
  connectCode: ['valid', 'expired'],
  /** `refused`: the provider sends all users back with `access_denied`, without showing a page. */
  consent: ['asked', 'refused'],
  /** `down`: the third parties respond to every request with 503. */
  provider: ['up', 'down'],
  /** `missing`: the third parties send no user ID, so only connections with `allow_missing_user_id` accept the account. */
  providerUserId: ['sent', 'missing'],
  /** `missing`: the third parties issue no refresh tokens. `revoked`: they accept none. */
  providerRefreshToken: ['issued', 'missing', 'revoked'],
  /** The `Cross-Origin-Opener-Policy` header of the third parties' pages. */
  providerOpenerPolicy: ['unsafe-none', 'same-origin'],
  /** The part of the callback URL with the parameters. `by_pkce`: the query if the flow used PKCE, and the fragment if not. */
  callback: ['by_pkce', 'query', 'fragment'],
  /** The path of `connect_uri` in the response to connect. The emulator serves both paths. */
  connectPath: ['/connect', '/connected-accounts/connect'],
  /** Whether a connect request must have `state`. */
  connectState: ['optional', 'required'],
  /** Whether a connect request can have `authorization_params.access_type`. */
  accessType: ['accepted', 'refused'],
  /** The status of a successful complete request. */
  completeStatus: ['201', '200'],
  /** Whether the response to complete has `scopes`. */
  completeScopes: ['sent', 'absent'],
  /** `same`: complete needs a token with the DPoP key of the connect request or, for Bearer tokens, of the same login session. */
  device: ['any', 'same'],
  /** What complete does if the same account is connected already: replace its tokens and scopes, or respond with 409. */
  sameAccount: ['updated', 'refused'],
  /** What complete does if the user has another account of the connection: add the new one, or respond with 409. */
  secondAccount: ['added', 'refused'],
  /** `organization`: the list has only the accounts of the token's organization. Without one, it has those without organization. */
  accountList: ['all', 'organization'],
  /** `linked`: the list has only the connections of which the user has accounts. */
  connectionList: ['available', 'linked'],
  /** What the My Account API does if `take` is more than 20: return 20, or refuse the request. */
  largeTake: ['capped', 'refused'],
  /** The status of the response if the account to delete does not exist. */
  unknownAccount: ['404', '204'],
  /** The media type of the My Account API's problems. */
  problemType: ['application/json', 'application/problem+json'],
  /** The `token_dialect` of the My Account API and the Management API, if their own setting does not say it. */
  systemTokenDialect: ['access_token', 'rfc9068_profile'],
  /** The status of `invalid_grant`. */
  invalidGrant: ['403', '400'],
  /** Whether the Token Vault exchange checks a DPoP proof. */
  exchangeProof: ['checked', 'ignored'],
  /** How many Token Vault exchanges the tenant allows in a second, as Auth0's plans do. More get 429. */
  exchangeRate: ['unlimited', '10', '50', '240', '700'],
  /** What a `login_hint` of the Token Vault exchange can be: the user's ID at the provider, or the email address of the account. */
  exchangeLoginHint: ['id_or_email', 'id', 'email'],
  /**
   * The Default Policy of the My Account API. `enforced`: a token for it needs a second factor within the last 15 minutes. `unmet`:
   * nobody meets it, so there are no new tokens.
   */
  myAccountPolicy: ['none', 'enforced', 'unmet'],
  /** The status of the Token Vault exchange if it must refresh a token at a provider that is down. */
  exchangeWhileDown: ['401', '503'],
} as const satisfies Record<string, readonly [string, ...string[]]>

type Values = typeof SWITCHES

/** How the emulator behaves. Each switch keeps its value until you set it again or call `reset()`. */
export type Switches = { -readonly [Name in keyof Values]: Values[Name][number] }

/** The switches of one emulator. */
export interface SwitchBoard {
  /** Returns the values of all switches. */
  get(): Readonly<Switches>
  /**
   * Sets the switches that you pass and keeps the others.
   *
   * @throws {TypeError} if there is no such switch or value. The message names it.
   *
   * @example
   * ```ts
   * emulator.switches.set({ consent: 'refused' })
   * ```
   */
  set(change: Partial<Switches>): void
  /** Runs `work` with some switches changed. Other requests that run at the same time are not affected. */
  during<Result>(
    change: Partial<Switches> | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>
  /** Sets all switches to their defaults. */
  reset(): void
}

/** Stores the switches of `SwitchBoard.during`: Node's `AsyncLocalStorage`, or its replacement in browsers. */
export interface SwitchesDuring {
  getStore(): Partial<Switches> | undefined
  run<Result>(store: Partial<Switches>, work: () => Promise<Result>): Promise<Result>
}

const firstValues = Object.entries(SWITCHES).map(([name, [first]]) => [name, first])
const defaults = Object.fromEntries(firstValues) as Switches // what SWITCHES has first

/** Creates the switches with their default values. */
export function createSwitches(forNow: SwitchesDuring): SwitchBoard {
  let current = { ...defaults }
  return {
    get: () => ({ ...current, ...forNow.getStore() }),
    set(change) {
      current = { ...current, ...change }
    },
    during: (change, work) => forNow.run({ ...forNow.getStore(), ...change }, work),
    reset() {
      current = { ...defaults }
    },
  }
}
