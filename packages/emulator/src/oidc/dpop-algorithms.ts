import type { Provider } from 'oidc-provider'
// @ts-expect-error: oidc-provider has no types for this file.
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import type { Lab } from '../context/context.js'

/** Makes oidc-provider use the DPoP algorithms of the switch at each request. Its own setting cannot change. */
export function switchDpopAlgorithms(provider: Provider, { switches }: Lab): void {
  Object.defineProperty(instance(provider).configuration, 'dPoPSigningAlgValues', {
    get: () => switches.get().dpopAlgs.split(' '),
  })
}
