import type { CustomClaims } from '../../actions/custom-claims.js'
import { createExpiringMap } from '../../memory/expiring-map.js'

/** What a login has decided about the tokens that its code is exchanged for. */
export interface LoginOutcome {
  /** The claims of the access token that Actions have set. */
  accessToken: CustomClaims
  /** The claims of the ID token that the login and Actions have set. */
  idToken: CustomClaims
}

/** The outcomes of logins by grant, until their codes expire. */
export interface LoginOutcomes {
  set(grantId: string, outcome: LoginOutcome): void
  /** Returns the outcome; one without claims if there is none, or the code has expired. */
  get(grantId: string | undefined): LoginOutcome
  clear(): void
}

/** How long a code is valid, in seconds. */
export const CODE_LIFETIME = 600

/** Creates an empty store. */
export function createLoginOutcomes(now: () => number): LoginOutcomes {
  const outcomes = createExpiringMap<LoginOutcome>(now)
  return {
    set(grantId, outcome) {
      outcomes.set(grantId, outcome, now() + CODE_LIFETIME * 1000)
    },
    get: (grantId = '') => outcomes.get(grantId) ?? { accessToken: {}, idToken: {} },
    clear: outcomes.clear,
  }
}
