import type { CryptoKey, JWK } from 'jose'
import type { Clock } from './clock.js'
import type { Faults } from './faults.js'
import type { RequestRecord } from './request-record.js'
import type { SwitchBoard } from './switches.js'
import type { Tenant } from './tenant.js'
import type { CredentialCheck } from './tenant-check.js'
import type { TenantLogs } from './tenant-logs.js'
import type { Users } from './users.js'

/** What every part of one running emulator shares, as one of the tenant's domains sees it. */
export interface Context {
  /** Origin of the domain without a trailing slash, `http://localhost:4400`. */
  readonly url: string
  /** Origin of the third parties: of the canonical domain, whichever this is. */
  readonly providersUrl: string
  /** The issuer of all tokens: `url` with a trailing slash. */
  readonly issuer: string
  /** Audience of the My Account API: `{url}/me/`. */
  readonly myAccountAudience: string
  /** Audience of the Management API: `{url}/api/v2/`. */
  readonly managementAudience: string
  /**
   * The running tenant, with these audiences already in place. The Management API changes that of the canonical domain, of
   * which the others have views.
   */
  readonly tenant: Tenant
  /** The users of the tenant, and those that came by a login through a connection. */
  readonly users: Users
  /** The RS256 key that signs ID tokens and access tokens. */
  readonly signingKey: { kid: string; privateKey: CryptoKey; privateJwk: JWK; publicJwk: JWK }
  /** What is wrong with a client's credentials and with what they are for, as far as the shell can tell. */
  readonly credentialFlaw: CredentialCheck
  readonly faults: Faults
  readonly switches: SwitchBoard
  readonly clock: Clock
  readonly logs: TenantLogs
  readonly requests: RequestRecord
  /** Milliseconds since the epoch, on `clock`. */
  now(): number
}
