import { createExpiringMap } from '../expiring-map.js'
import { randomString } from '../secrets.js'
import type { ProviderAccount } from './accounts.js'

/** What a person allowed a client at a third party. Every code and token stands for one, and falls with it. */
export interface Grant {
  readonly account: ProviderAccount
  readonly scopes: readonly string[]
  /** Whether there is a refresh token. */
  readonly offline: boolean
  readonly nonce?: string
  revoked?: boolean
}

/** What an authorization code was issued for. */
export interface IssuedCode {
  readonly grant: Grant
  readonly redirectUri: string
  readonly codeChallenge?: string
  used?: boolean
}

/** Whose account an access token reaches, and how far. */
export interface ProviderAccess {
  account: ProviderAccount
  scopes: readonly string[]
}

/** Life of a third party's access token in seconds. */
export const PROVIDER_TOKEN_LIFETIME = 3600

/** The codes and tokens of one third party, in memory and bounded. */
export interface Grants {
  openCode(issued: IssuedCode): string
  /** The code's record, also when it was used; codes live for a minute. */
  findCode(code: string): IssuedCode | undefined
  /** An access token for `scopes`, which may be fewer than the grant's. */
  issueAccess(grant: Grant, scopes: readonly string[]): string
  issueRefresh(grant: Grant): string
  /** What an access token is good for, unless it has expired or was revoked. */
  findAccess(accessToken: string): ProviderAccess | undefined
  findRefresh(refreshToken: string): Grant | undefined
  /** Revokes a refresh token with its whole grant, or one access token (RFC 7009 §2.1). */
  revoke(token: string): void
  clear(): void
}

/** No grants yet, on the clock `now`. */
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
      const grant = refresh.get(token)
      if (grant) grant.revoked = true
      access.delete(token)
    },
    clear() {
      for (const part of [codes, access, refresh]) part.clear()
    },
  }
}
