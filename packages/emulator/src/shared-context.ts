import { createClock } from './clock.js'
import type { Context } from './context.js'
import { runningTenant, type Shared } from './domains.js'
import { createFaults } from './faults.js'
import { createRequestRecord } from './request-record.js'
import { createSwitches, type SwitchesDuring } from './switches.js'
import { createTenantLogs } from './tenant-logs.js'
import { createUsers } from './users.js'

/** What one emulator is made with, by whichever shell. */
export interface SharedSettings extends Pick<Context, 'signingKey' | 'credentialFlaw' | 'tenant'> {
  switchesDuring: SwitchesDuring
}

/** What the contexts of one emulator at `url` have in common. */
export function createShared(
  { tenant: written, switchesDuring, ...settings }: SharedSettings,
  url: string,
): Shared {
  const clock = createClock()
  const { now } = clock
  const tenant = runningTenant(written, url)
  const users = createUsers(tenant, now)
  return {
    ...settings,
    tenant,
    users,
    faults: createFaults(),
    switches: createSwitches(switchesDuring),
    clock,
    logs: createTenantLogs({ tenant, users, now }),
    requests: createRequestRecord(now),
    now,
  }
}
