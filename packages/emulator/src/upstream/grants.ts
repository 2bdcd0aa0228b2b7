import { createExpiringMap } from '../memory/expiring-map.js'
import { randomString } from '../memory/random.js'
import type { ProviderAccount } from './accounts.js'

/** What a user allowed a client at a third party. Every code and token belongs to a grant and is revoked with it. */
export interface Grant {
  readonly account: ProviderAccount
  readonly scopes: readonly string[]
  /** True if the grant has a refresh token. */
  readonly offline: boolean
  readonly nonce?: string
  revoked?: boolean
}

/** The grant and the request of an authorization code. */
export interface IssuedCode {
  readonly grant: Grant
  readonly redirectUri: string
  readonly codeChallenge?: string
  used?: boolean
}

/** The account and the scopes of an access token. */
export interface ProviderAccess {
  account: ProviderAccount
  scopes: readonly string[]
}

/** How long a third party's access token is valid, in seconds. */
export const PROVIDER_TOKEN_LIFETIME = 3600

/** The codes and tokens of one third party. They are in memory, and their number is limited. */
export interface Grants {
  openCode(issued: IssuedCode): string
  /** Returns the record of a code, also if it was used already. Codes are valid for one minute. */
  findCode(code: string): IssuedCode | undefined
  /** Issues an access token with `scopes`, which can be fewer than the grant's. */
  issueAccess(grant: Grant, scopes: readonly string[]): string
  issueRefresh(grant: Grant): string
  /** Returns the account and scopes of an access token, unless it has expired or was revoked. */
  findAccess(accessToken: string): ProviderAccess | undefined
  findRefresh(refreshToken: string): Grant | undefined
  /** Revokes the grant of a token, also of an access token, as Google does and RFC 7009 §2.1 allows. Ignores unknown tokens. */
  revoke(token: string): void
  clear(): void
}

/** Creates an empty store of grants that uses the clock `now`. */
export function createGrants(now: () => number): Grants {
  const codes = createExpiringMap<IssuedCode>(now)
  const access = createExpiringMap<{ grant: Grant; scopes: readonly string[] }>(now)
  const refresh = createExpiringMap<Grant>(now)
  return {
    openCode(issued) {
      const code = randomString(32)
      codes.set(code, issued, now() + 60_000)
      return code
    },
    findCode: codes.get,
    issueAccess(grant, scopes) {
      const accessToken = `at_${randomString(40)}`
      access.set(accessToken, { grant, scopes }, now() + PROVIDER_TOKEN_LIFETIME * 1000)
      return accessToken
    },
    issueRefresh(grant) {
      const refreshToken = `rt_${randomString(40)}`
      refresh.set(refreshToken, grant, Number.POSITIVE_INFINITY)
      return refreshToken
    },
    findAccess(accessToken) {
      const found = access.get(accessToken)
      if (!found || found.grant.revoked) return undefined
      return { account: found.grant.account, scopes: found.scopes }
    },
    findRefresh(refreshToken) {
      const grant = refresh.get(refreshToken)
      return grant?.revoked ? undefined : grant
    },
    revoke(token) {
      const grant = refresh.get(token) ?? access.get(token)?.grant
      if (grant) grant.revoked = true
    },
    clear() {
      for (const part of [codes, access, refresh]) part.clear()
    },
  }
}
