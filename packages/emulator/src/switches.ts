/** How the emulator behaves until a switch is set again; the first value of each is the default. */
export interface Switches {
  /** Nonces of the My Account API: `rotating` sends one with each answer and takes each once, `expired` refuses all. */
  myAccountNonce: 'required' | 'optional' | 'rotating' | 'expired'
  /** Nonces of the token endpoint: required of public clients, of all that send a proof, or of none; `expired` refuses all. */
  tokenNonce: 'public_clients' | 'all_clients' | 'optional' | 'expired'
  /** Whether the link that starts a connect flow still works. */
  ticket: 'valid' | 'expired'
  /** Whether the code of the callback still completes a flow. An expired one stays so. */
  connectCode: 'valid' | 'expired'
  /** `refused`: the provider sends everyone back with `access_denied`, without a page. */
  consent: 'asked' | 'refused'
  /** `down`: the third parties answer everything with 503. */
  provider: 'up' | 'down'
  /** `missing`: the third parties give none. `revoked`: they take none. */
  providerRefreshToken: 'issued' | 'missing' | 'revoked'
  /** `Cross-Origin-Opener-Policy` of the third parties' pages. */
  providerOpenerPolicy: 'unsafe-none' | 'same-origin'
  /** Where the callback has its parameters: in the query after PKCE and else in the fragment, or always in one of the two. */
  callback: 'by_pkce' | 'query' | 'fragment'
}

/** The values of each switch, the default first. */
export const SWITCHES: { readonly [Name in keyof Switches]: readonly Switches[Name][] } = {
  myAccountNonce: ['required', 'optional', 'rotating', 'expired'],
  tokenNonce: ['public_clients', 'all_clients', 'optional', 'expired'],
  ticket: ['valid', 'expired'],
  connectCode: ['valid', 'expired'],
  consent: ['asked', 'refused'],
  provider: ['up', 'down'],
  providerRefreshToken: ['issued', 'missing', 'revoked'],
  providerOpenerPolicy: ['unsafe-none', 'same-origin'],
  callback: ['by_pkce', 'query', 'fragment'],
}

/** The switches of one emulator. */
export interface SwitchBoard {
  get(): Readonly<Switches>
  /** Sets the switches that are named, and leaves the others. */
  set(change: Partial<Switches>): void
  /** Sets all to their defaults. */
  reset(): void
}

const defaults: Switches = {
  myAccountNonce: 'required',
  tokenNonce: 'public_clients',
  ticket: 'valid',
  connectCode: 'valid',
  consent: 'asked',
  provider: 'up',
  providerRefreshToken: 'issued',
  providerOpenerPolicy: 'unsafe-none',
  callback: 'by_pkce',
}

/** Switches at their defaults. */
export function createSwitches(): SwitchBoard {
  let current = { ...defaults }
  return {
    get: () => ({ ...current }),
    set(change) {
      current = { ...current, ...change }
    },
    reset() {
      current = { ...defaults }
    },
  }
}
