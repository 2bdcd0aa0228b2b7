import { createFaults } from '../faults/faults.js'
import { createSwitches, type SwitchesDuring } from '../faults/switches.js'
import { createRequestRecord } from '../logs/request-record.js'
import { createTenantLogs } from '../logs/tenant-logs.js'
import { createUsers } from '../tenant/users.js'
import { createClock } from '../time/clock.js'
import type { Context } from './context.js'
import { runningTenant, type Shared } from './domains.js'

/** The settings of one emulator. All ways to run it pass them: over HTTP, in process and behind msw. */
export interface SharedSettings extends Pick<Context, 'signingKey' | 'credentialFlaw' | 'tenant'> {
  switchesDuring: SwitchesDuring
}

/** Creates the state that all domains of one emulator at `url` share. */
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
