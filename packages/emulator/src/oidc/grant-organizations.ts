import type { Context } from '../context.js'
import { createExpiringMap } from '../expiring-map.js'
import { findOrganization } from '../organizations.js'

/** The claims of an organization, which ID tokens and access tokens have. */
type OrganizationClaims = Partial<Record<'org_id' | 'org_name', string>>

/** Which organization a user was logged in to when a grant was made. */
export interface GrantOrganizations {
  /** Remembers it until the grant expires, in milliseconds since the epoch. */
  set(grantId: string, organizationId: string, expiresAt: number): void
  /** What tokens of the grant say of it; nothing outside organizations. */
  claims(grantId: string | undefined): OrganizationClaims
  clear(): void
}

/** No grants yet. */
export function createGrantOrganizations({ tenant, now }: Context): GrantOrganizations {
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
