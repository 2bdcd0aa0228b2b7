/** The values of each switch, the default first. */
export const SWITCHES = {
  /** Nonces of the My Account API: `rotating` sends one with each answer and takes each once, `expired` refuses all. */
  myAccountNonce: ['required', 'optional', 'rotating', 'expired'],
  /**
   * Nonces of the token endpoint: required of public clients, of all that send a proof, or of none; `rotating` asks public
   * clients, sends one with each answer and takes each once; `expired` refuses all.
   */
  tokenNonce: ['public_clients', 'all_clients', 'optional', 'rotating', 'expired'],
  /** `shared`: the token endpoint gives and takes the nonces of the My Account API. */
  nonces: ['separate', 'shared'],
  /** The algorithms that DPoP proofs may be signed with. */
  dpopAlgs: ['ES256', 'RS256 ES256'],
  /** Whether the link that starts a connect flow still works. */
  ticket: ['valid', 'expired'],
  /** Whether the code of the callback still completes a flow. An expired one stays so. */
  connectCode: ['valid', 'expired'],
  /** `refused`: the provider sends everyone back with `access_denied`, without a page. */
  consent: ['asked', 'refused'],
  /** `down`: the third parties answer everything with 503. */
  provider: ['up', 'down'],
  /** `missing`: the third parties give none. `revoked`: they take none. */
  providerRefreshToken: ['issued', 'missing', 'revoked'],
  /** `Cross-Origin-Opener-Policy` of the third parties' pages. */
  providerOpenerPolicy: ['unsafe-none', 'same-origin'],
  /** Where the callback has its parameters: in the query after PKCE and else in the fragment, or always in one of the two. */
  callback: ['by_pkce', 'query', 'fragment'],
  /** The path of `connect_uri`. Both are served. */
  connectPath: ['/connect', '/connected-accounts/connect'],
  /** Whether connect insists on `state`. */
  connectState: ['optional', 'required'],
  /** Whether connect takes `authorization_params.access_type`. */
  accessType: ['accepted', 'refused'],
  /** The status of a complete that worked. */
  completeStatus: ['201', '200'],
  /** Whether the answer to complete has `scopes`. */
  completeScopes: ['sent', 'absent'],
  /** `same`: complete wants the DPoP key of the connect request, or without one its login session. */
  device: ['any', 'same'],
  /** What complete does with an account that is connected already: new tokens and scopes, or 409. */
  sameAccount: ['updated', 'refused'],
  /** What complete does with another account of a connection: it adds it, or answers 409. */
  secondAccount: ['added', 'refused'],
  /** `organization`: the list has the accounts of the token's organization only, or without one those of none. */
  accountList: ['all', 'organization'],
  /** `linked`: the connections that the user has accounts of. */
  connectionList: ['available', 'linked'],
  /** What the My Account API does with a `take` of more than 20. */
  largeTake: ['capped', 'refused'],
  /** The status of deleting an account that is not there. */
  unknownAccount: ['404', '204'],
  /** The media type of the My Account API's problems. */
  problemType: ['application/json', 'application/problem+json'],
  /** The status of `invalid_grant`. */
  invalidGrant: ['403', '400'],
  /** Whether the Token Vault exchange looks at a DPoP proof. */
  exchangeProof: ['checked', 'ignored'],
  /** What the Token Vault exchange answers where a token must be refreshed at a provider that is down. */
  exchangeWhileDown: ['401', '503'],
} as const satisfies Record<string, readonly [string, ...string[]]>

type Values = typeof SWITCHES

/** How the emulator behaves until a switch is set again. */
export type Switches = { -readonly [Name in keyof Values]: Values[Name][number] }

/** The switches of one emulator. */
export interface SwitchBoard {
  get(): Readonly<Switches>
  /** Sets the switches that are named, and leaves the others. */
  set(change: Partial<Switches>): void
  /** Does work for which some switches are set, and for nothing else that goes on meanwhile. */
  during<Result>(
    change: Partial<Switches> | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>
  /** Sets all to their defaults. */
  reset(): void
}

/** Where the switches are kept that are set during some work: Node's `AsyncLocalStorage`, or what stands in for it. */
export interface SwitchesDuring {
  getStore(): Partial<Switches> | undefined
  run<Result>(store: Partial<Switches>, work: () => Promise<Result>): Promise<Result>
}

const firstValues = Object.entries(SWITCHES).map(([name, [first]]) => [name, first])
const defaults = Object.fromEntries(firstValues) as Switches // what SWITCHES has first

/** Switches at their defaults. */
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
