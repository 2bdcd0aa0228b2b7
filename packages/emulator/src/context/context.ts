import type { Faults } from '../faults/faults.js'
import type { SwitchBoard } from '../faults/switches.js'
import type { RequestRecord } from '../logs/request-record.js'
import type { TenantLogs } from '../logs/tenant-logs.js'
import type { CredentialCheck } from '../tenant/read-tenant.js'
import type { SigningKey } from '../tenant/signing-key.js'
import type { Tenant } from '../tenant/tenant.js'
import type { Users } from '../tenant/users.js'
import type { Clock } from '../time/clock.js'

/** The state that all parts of one running emulator share, seen from one of the tenant's domains. */
export interface Context {
  /** The origin of the domain without a trailing slash, for example `http://localhost:4400`. */
  readonly url: string
  /** The origin of the third parties. It is always the origin of the canonical domain. */
  readonly providersUrl: string
  /** The issuer of all tokens: `url` with a trailing slash. */
  readonly issuer: string
  /** The audience of the My Account API: `{url}/me/`. */
  readonly myAccountAudience: string
  /** The audience of the Management API: `{url}/api/v2/`. */
  readonly managementAudience: string
  /**
   * The running tenant with these audiences. The Management API changes the tenant of the canonical domain. The other domains have
   * views of it.
   */
  readonly tenant: Tenant
  /** The users of the tenant's data, and those created by a login with a connection. */
  readonly users: Users
  /** The RS256 key that signs ID tokens and access tokens. */
  readonly signingKey: SigningKey
  /** Checks a client's credentials. It is different behind msw, which does not support them. */
  readonly credentialFlaw: CredentialCheck
  readonly faults: Faults
  readonly switches: SwitchBoard
  readonly clock: Clock
  readonly logs: TenantLogs
  readonly requests: RequestRecord
  /** Returns the time of `clock` in milliseconds since the epoch. */
  now(): number
}
