import type { Tenancy } from '../../context/context.js'
import { createExpiringMap } from '../../memory/expiring-map.js'
import { findOrganization } from '../../tenant/connections.js'

/** The claims of an organization in ID tokens and access tokens. */
type OrganizationClaims = Partial<Record<'org_id' | 'org_name', string>>

/** Stores the organization that the user was logged in to when a grant was created. */
export interface GrantOrganizations {
  /** Stores the organization of a grant. `expiresAt` is when the grant expires, in milliseconds since the epoch. */
  set(grantId: string, organizationId: string, expiresAt: number): void
  /** Returns the organization's claims for the tokens of a grant; an empty object without an organization. */
  claims(grantId: string | undefined): OrganizationClaims
  clear(): void
}

/** Creates an empty store. */
export function createGrantOrganizations({ tenant, now }: Tenancy): GrantOrganizations {
  const ids = createExpiringMap<string>(now)
  return {
    set: ids.set,
    claims(grantId = '') {
      const organization = findOrganization(tenant, ids.get(grantId))
      return organization ? { org_id: organization.id, org_name: organization.name } : {}
    },
    clear: ids.clear,
  }
}
