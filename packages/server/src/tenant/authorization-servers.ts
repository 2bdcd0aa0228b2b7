import type { Fetch } from '@connected-accounts/client'
import { createDpop, type Dpop, type WebCryptoKeyPair } from '@connected-accounts/client/dpop'
import { checkKeyPair, checkSigningKey, within } from '@connected-accounts/client/internal'
import type { ClientAuth } from '@connected-accounts/client/token-vault'
import { LRUCache } from 'lru-cache'
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
  getJwksCache,
  PrivateKeyJwt,
  setJwksCache,
} from 'openid-client'
import { createRefreshGrants, type RefreshGrant } from './refresh-grant.js'
import { tenantError } from './tenant-error.js'

/** The application, as the tenant knows it. */
export type Application = ClientAuth & {
  clientId: string
  /** The key that all tokens are bound to. */
  dpopKeyPair?: WebCryptoKeyPair | undefined
  /** Sends the requests. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
  /** How long one request to the tenant may take, in milliseconds. */
  timeout: number
}

/** The tenant at one of its domains. */
export interface AuthorizationServer {
  /** The origin of the domain. */
  origin: string
  config: Configuration
  /** What a grant of openid-client needs so that its tokens are bound to the key, if there is one. */
  dpopOptions: DPoPOptions
  /** Makes the proofs for the My Account API. */
  dpop: Dpop | undefined
  /** Refreshes the tokens of a session. */
  refresh: RefreshGrant
  /**
   * Starts to fetch the tenant's keys, so that the first login does not wait for them after it has exchanged its code. Call it
   * at any time; it never throws and fetches them once.
   */
  prefetchKeys(): void
}

const MAX_DOMAINS = 100
/**
 * How old keys must be before openid-client fetches them again for a token that none of them has signed, in seconds. Keys that
 * were fetched ahead count as this old at once, because the tenant may change its keys while the person logs in.
 */
const REFETCH_AGE = 60

/**
 * Creates a function that finds the tenant at an origin (OpenID Connect Discovery 1.0), once for each origin. The function
 * throws the error below.
 *
 * @throws {TokenError} `unexpected_response`, if the answer is not a tenant's.
 * @throws {TypeError} at once, if `dpopKeyPair` or `privateKey` is not a key that can sign.
 */
export function createAuthorizationServers(
  application: Application,
): (origin: string) => Promise<AuthorizationServer> {
  const send = application.fetch ?? ((request) => fetch(request))
  const { clientId, timeout } = application
  const dpopKeyPair = keyPairOf(application)
  const clientAuth = clientAuthentication(application)
  const createRefreshGrant = createRefreshGrants(send)
  const servers = new LRUCache<string, Promise<AuthorizationServer>>({ max: MAX_DOMAINS })

  async function discover(origin: string): Promise<AuthorizationServer> {
    const isPlain = new URL(origin).protocol === 'http:' // allowed on loopback addresses only
    const config = await discovery(new URL(origin), clientId, {}, clientAuth, {
      timeout: timeout / 1000,
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
      // The runtime takes every init of openid-client; only the two types of a body differ.
      [customFetch]: (url, init) => send(new Request(url, init as RequestInit)),
    })
    const handle: DPoPHandle | undefined = dpopKeyPair && getDPoPHandle(config, dpopKeyPair)
    return {
      origin,
      config,
      dpopOptions: handle ? { DPoP: handle } : {},
      dpop: dpopKeyPair && (await createDpop({ keyPair: dpopKeyPair })),
      refresh: createRefreshGrant({
        metadata: config.serverMetadata(),
        clientId,
        clientAuth,
        dpop: handle,
        isPlain,
        timeout,
        knownKeys: () => getJwksCache(config),
      }),
      prefetchKeys: createKeyPrefetch(config, send, timeout),
    }
  }

  return (origin) => {
    const known = servers.get(origin)
    if (known) return known
    // In case `fetch` ignores its signal.
    const found = within(discover(origin), timeout).catch(async (error: unknown) => {
      servers.delete(origin) // the next call tries again
      throw await tenantError(error)
    })
    servers.set(origin, found)
    return found
  }
}

/**
 * Creates a function that fetches the tenant's keys for openid-client. Nothing waits for it: it may fail, or be cut off when a
 * serverless request ends. Then the check of the ID token fetches the keys, and reports what fails.
 */
function createKeyPrefetch(config: Configuration, send: Fetch, timeout: number): () => void {
  let isStarted = false
  async function fetchKeys(): Promise<void> {
    const { jwks_uri, issuer } = config.serverMetadata()
    if (!jwks_uri || new URL(jwks_uri).protocol !== new URL(issuer).protocol) return
    const signal = AbortSignal.timeout(timeout)
    const response = await send(new Request(jwks_uri, { redirect: 'manual', signal }))
    if (response.status !== 200) return
    const jwks = await response.json() // openid-client checks its form before it uses it
    setJwksCache(config, { jwks, uat: Math.floor(Date.now() / 1000) - REFETCH_AGE })
  }
  return () => {
    if (isStarted) return
    isStarted = true
    fetchKeys().catch(() => {})
  }
}

function clientAuthentication(application: Application): ClientAuthentication {
  if ('clientSecret' in application) return ClientSecretPost(application.clientSecret)
  const { privateKey, kid } = application
  const { key } = checkSigningKey(privateKey)
  return PrivateKeyJwt(kid === undefined ? key : { key, kid })
}

function keyPairOf({ dpopKeyPair }: Application): CryptoKeyPair | undefined {
  return dpopKeyPair === undefined ? undefined : checkKeyPair(dpopKeyPair, 'dpopKeyPair')
}
