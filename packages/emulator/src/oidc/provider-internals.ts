// All imports of oidc-provider's internal files. They are why package.json has its exact version: read this file before an update.

import type { Provider } from 'oidc-provider'
// @ts-expect-error: oidc-provider has no types for this file.
import internalsOf from 'oidc-provider/lib/helpers/weak_cache.js'

export {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
  validateGrant,
} from 'oidc-provider/lib/helpers/grants.js'

/** Issues and checks the DPoP nonces of oidc-provider's endpoints. */
export interface ProviderNonces {
  nextChallenge(): string
  checkChallenge(nonce: string): boolean
}

/** Makes oidc-provider use these DPoP nonces and not those that it makes. */
export function replaceDpopNonces(provider: Provider, nonces: ProviderNonces): void {
  internalsOf(provider).DPoPNonces = nonces
}

/** Makes oidc-provider put the claims in `added` of an account into its ID tokens. They never replace others. */
export function addClaims(provider: Provider): void {
  const { prototype } = provider.IdToken
  const payload: () => Promise<object> = Reflect.get(prototype, 'payload')
  Object.defineProperty(prototype, 'payload', {
    async value(this: { available: { added?: object } }) {
      return { ...this.available.added, ...(await payload.call(this)) }
    },
  })
}

/** Makes oidc-provider ask for the DPoP algorithms at each request. Its own setting cannot change. */
export function replaceDpopAlgorithms(provider: Provider, algorithms: () => string[]): void {
  Object.defineProperty(internalsOf(provider).configuration, 'dPoPSigningAlgValues', {
    get: algorithms,
  })
}
