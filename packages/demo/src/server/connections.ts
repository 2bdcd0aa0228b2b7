import {
  type ConnectionDefinition,
  defineConnections,
  type SocialProvider,
} from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'

/**
 * Returns the connections whose accounts the server names and revokes.
 *
 * @param emulator - The origin of the emulator, whose third parties stand for the real ones. Undefined with a tenant.
 */
export function createConnections(
  emulator: string | undefined,
): Record<string, ConnectionDefinition> {
  const at = <P extends SocialProvider>(provider: P): SocialProvider =>
    emulator === undefined ? provider : emulated(provider, emulator)
  return defineConnections({ google: { provider: at(google) }, github: { provider: at(github) } })
}

function emulated(provider: SocialProvider, emulator: string): SocialProvider {
  const issuer = `${emulator}/upstream/${provider.connection}`
  return {
    ...provider,
    profile: { url: `${issuer}/userinfo`, id: 'sub', name: 'name', email: 'email' },
    revocation: { url: `${issuer}/revoke`, tokenIn: 'form' },
  }
}
