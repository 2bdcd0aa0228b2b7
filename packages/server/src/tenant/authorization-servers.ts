import { createDpop, type Dpop } from '@connected-accounts/client/dpop'
import type { ClientAuth } from '@connected-accounts/client/token-vault'
import {
  allowInsecureRequests,
  type ClientAuth as ClientAuthentication,
  ClientSecretPost,
  type Configuration,
  customFetch,
  type DPoPHandle,
  type DPoPOptions,
  discovery,
  enableNonRepudiationChecks,
  getDPoPHandle,
  PrivateKeyJwt,
} from 'openid-client'
import { createNewest } from '../newest.js'
import type { ServerClientOptions } from '../options.js'
import { createRotations, type Rotations } from './refresh-grant.js'
import { tenantError } from './tenant-error.js'

/** Who asks the tenant. */
export type ApplicationOptions = ClientAuth &
  Pick<ServerClientOptions, 'clientId' | 'dpopKeyPair' | 'fetch'>

/** The tenant at one of its domains. */
export interface AuthorizationServer {
  /** The origin of the domain. */
  origin: string
  config: Configuration
  /** What grants are sent with, so that tokens are bound where there is a key. */
  dpopOptions: DPoPOptions
  /** Makes the proofs for the My Account API. */
  dpop: Dpop | undefined
  rotations: Rotations
}

const MAX_DOMAINS = 100

/**
 * Finds out about the tenant (OpenID Connect Discovery 1.0), once for each domain. Rejects with `TokenError`
 * `unexpected_response` where something else answers there.
 */
export function createAuthorizationServers(
  options: ApplicationOptions,
): (origin: string) => Promise<AuthorizationServer> {
  const { dpopKeyPair } = options
  const rotations = createRotations(options.fetch ?? ((request) => fetch(request)))
  const servers = createNewest<Promise<AuthorizationServer>>(MAX_DOMAINS)
  const discover = async (origin: string): Promise<AuthorizationServer> => {
    const config = await discoverAt(origin, { ...options, fetch: rotations.fetch })
    const handle: DPoPHandle | undefined = dpopKeyPair && getDPoPHandle(config, dpopKeyPair)
    return {
      origin,
      config,
      dpopOptions: handle ? { DPoP: handle } : {},
      dpop: dpopKeyPair && (await createDpop({ keyPair: dpopKeyPair })),
      rotations,
    }
  }
  return (origin) => {
    const known = servers.get(origin)
    if (known) return known
    const found = discover(origin).catch(async (error: unknown) => {
      servers.delete(origin) // whatever it was may be over at the next call
      throw await tenantError(error)
    })
    servers.set(origin, found)
    return found
  }
}

function discoverAt(
  origin: string,
  options: ApplicationOptions & Pick<Rotations, 'fetch'>,
): Promise<Configuration> {
  const { clientId, fetch } = options
  const isPlain = new URL(origin).protocol === 'http:' // allowed on loopback addresses alone
  return discovery(new URL(origin), clientId, {}, clientAuthentication(options), {
    execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    [customFetch]: (url, init) => fetch(new Request(url, init as RequestInit)),
  })
}

function clientAuthentication(options: ApplicationOptions): ClientAuthentication {
  if ('clientSecret' in options) return ClientSecretPost(options.clientSecret)
  const { privateKey: key, kid } = options
  return PrivateKeyJwt(kid === undefined ? key : { key, kid })
}
