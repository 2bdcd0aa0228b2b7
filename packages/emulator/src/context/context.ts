import type { Actions } from '../actions/post-login.js'
import { createFaults, type Faults } from '../faults/faults.js'
import { createSwitches, type SwitchBoard, type SwitchesDuring } from '../faults/switches.js'
import { createLogStreams, type LogStreams } from '../logs/log-streams.js'
import { createRequestRecord, type RequestRecord } from '../logs/request-record.js'
import { createTenantLogs, type TenantLogs } from '../logs/tenant-logs.js'
import type { CredentialCheck } from '../tenant/read-tenant.js'
import type { SigningKey } from '../tenant/signing-key.js'
import type { Tenant } from '../tenant/tenant.js'
import { createUsers, type Users } from '../tenant/users.js'
import { type Clock, createClock } from '../time/clock.js'
import { type Audiences, audiencesOf, runningTenant, tenantAt } from './running-tenant.js'

/** The tenant, seen from one of its domains. */
export interface Tenancy extends Readonly<Audiences> {
  /** The origin of the domain without a trailing slash, for example `http://localhost:4400`. */
  readonly url: string
  /** The origin of the third parties. It is always the origin of the canonical domain. */
  readonly providersUrl: string
  /** The issuer of all tokens: `url` with a trailing slash. */
  readonly issuer: string
  /**
   * The running tenant with these audiences. The Management API changes the tenant of the canonical domain. The other domains have
   * views of it.
   */
  readonly tenant: Tenant
  /** The users of the tenant's data, and those created by a login with a connection. */
  readonly users: Users
  /** The key that signs ID tokens and access tokens. */
  readonly signingKey: SigningKey
  /** The functions of the Actions. */
  readonly actions: Actions
  /** Checks a client's credentials. It is different behind msw, which does not support them. */
  readonly credentialFlaw: CredentialCheck
  /** Returns the time of the emulator's clock in milliseconds since the epoch. */
  now(): number
}

/** What a test changes and watches in a running emulator. All domains share it. */
export interface Lab {
  readonly faults: Faults
  readonly switches: SwitchBoard
  readonly clock: Clock
  readonly logs: TenantLogs
  readonly logStreams: LogStreams
  readonly requests: RequestRecord
}

/** The state that all parts of one running emulator share. A part that needs only one half of it takes a `Tenancy` or a `Lab`. */
export interface Context extends Tenancy, Lab {}

/** The settings of one emulator. All ways to run it pass them: over HTTP, in process and behind msw. */
export interface ContextSettings
  extends Pick<Tenancy, 'actions' | 'signingKey' | 'credentialFlaw' | 'tenant'> {
  switchesDuring: SwitchesDuring
}

/** The origins of a tenant's domains. */
export interface DomainUrls {
  /** The origin of the canonical domain. */
  url: string
  /** The origins of the custom domains. */
  customUrls: readonly string[]
}

/**
 * Creates the contexts of a tenant's domains: the canonical one, and the custom ones. A custom domain sees the current tenant of the
 * canonical domain, but with its own audiences.
 */
export function createContexts(
  { tenant: written, switchesDuring, ...settings }: ContextSettings,
  { url, customUrls }: DomainUrls,
): { canonical: Context; custom: Context[] } {
  const clock = createClock()
  const { now } = clock
  const tenant = runningTenant(written, url)
  const users = createUsers(tenant, now)
  const logs = createTenantLogs({ tenant, users, now })
  const logStreams = createLogStreams(tenant)
  logs.subscribe(logStreams.add)
  const lab: Lab = {
    faults: createFaults(),
    switches: createSwitches(switchesDuring),
    clock,
    logs,
    logStreams,
    requests: createRequestRecord(now),
  }
  const at = (domainUrl: string): Context => ({
    ...settings,
    ...lab,
    ...audiencesOf(domainUrl),
    url: domainUrl,
    providersUrl: url,
    issuer: `${domainUrl}/`,
    tenant: domainUrl === url ? tenant : tenantAt(domainUrl, tenant, url),
    users,
    now,
  })
  return { canonical: at(url), custom: customUrls.map(at) }
}

/** Returns a function that finds the item of a host. For an unknown host it returns the first item. */
export function byHost<Item extends { context: Pick<Tenancy, 'url'> }>(
  items: readonly [Item, ...Item[]],
): (host: string) => Item {
  const known = new Map(items.map((item) => [new URL(item.context.url).host, item]))
  return (host) => known.get(host.toLowerCase()) ?? items[0]
}
