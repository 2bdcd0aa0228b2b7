import type { Provider } from 'oidc-provider'
// @ts-expect-error: oidc-provider has no types for this file.
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import type { Context } from '../context.js'

/** Has the algorithms of DPoP proofs be those of the switch at each moment: oidc-provider has them set once. */
export function switchDpopAlgorithms(provider: Provider, { switches }: Context): void {
  Object.defineProperty(instance(provider).configuration, 'dPoPSigningAlgValues', {
    get: () => switches.get().dpopAlgs.split(' '),
  })
}
