import { claims, loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { describe, expect, it } from 'vitest'
import {
  createEmulator,
  MANAGEMENT_AUDIENCE,
  MY_ACCOUNT_AUDIENCE,
  type Tenant,
} from '../src/index.js'
import { authorize, myAccountOf, only, scopes, start } from './mistaken-tenant.js'

const example = 'https://api.example.test/'
const exampleOf = ({ apis }: Tenant) => only(apis, ({ identifier }) => identifier === example)

/** An emulator of the default tenant with a change, and how tokens are asked for there. */
async function world(change: (tenant: Tenant) => void) {
  const { emulator, login, web, refresh, me } = await start(change)
  const credentials = async (audience = example, client = web) => {
    const fields = { grant_type: 'client_credentials', audience }
    const { status, body } = await requestToken({ emulator, client }, fields)
    return status === 200 ? body.scope : `${status} ${body.error}`
  }
  /** The scopes of a login for an API, or the error in the callback. */
  const scopeOfLogin = async (audience = example, scope = 'openid read:calendar') => {
    const { url, page } = await authorize(emulator, { audience, scope })
    if (!page) return url.searchParams.get('error')
    return claims((await loginWithCode({ ...login, audience, scope })).access_token).scope
  }
  return { emulator, me, refresh, credentials, scopeOfLogin }
}

describe('A token of a client itself (API access policies)', () => {
  it('needs a client grant, which only web and management have', async () => {
    const { credentials, emulator } = await world(() => undefined)
    expect(await credentials()).toBe('read:calendar')
    const { management } = emulator.clients
    expect(await credentials(example, management)).toBe('403 access_denied')
    expect(await credentials(management.audience)).toBe('403 access_denied')
    expect(await credentials(management.audience, management)).toContain('read:users')
  })

  it('is not given for a grant for tokens of users', async () => {
    const { credentials } = await world(({ client_grants }) => {
      for (const grant of client_grants) grant.subject_type = 'user'
    })
    expect(await credentials()).toBe('403 access_denied')
  })

  it('is given to no client where the policy is deny_all', async () => {
    const { credentials } = await world((tenant) => {
      exampleOf(tenant).subject_type_authorization = { client: { policy: 'deny_all' } }
    })
    expect(await credentials()).toBe('403 access_denied')
  })

  it('is not given for the My Account API, even with a grant, unless its policy says so', async () => {
    const grant = ({ client_grants }: Tenant) =>
      client_grants.push({ client_id: 'web', audience: MY_ACCOUNT_AUDIENCE, scope: scopes })
    const denied = await world(grant)
    expect(await denied.credentials(denied.me)).toBe('403 access_denied')
    const granted = await world((tenant) => {
      grant(tenant)
      myAccountOf(tenant).subject_type_authorization = {
        client: { policy: 'require_client_grant' },
      }
    })
    expect(await granted.credentials(granted.me)).toBe(scopes.join(' '))
  })
})

describe('A token of a user (API access policies)', () => {
  it('needs no client grant, but for the My Account API', async () => {
    const { scopeOfLogin, refresh, me } = await world((tenant) => {
      tenant.client_grants = []
    })
    expect(await scopeOfLogin()).toBe('openid read:calendar')
    expect((await refresh(example)).body.scope).toContain('read:calendar')
    expect(await scopeOfLogin(me)).toBe('unauthorized_client')
    expect((await refresh(me)).body.error).toBe('unauthorized_client')
  })

  it('needs a grant for tokens of users where the policy is require_client_grant', async () => {
    const policy = (subject_type?: 'client' | 'user') => (tenant: Tenant) => {
      exampleOf(tenant).subject_type_authorization = { user: { policy: 'require_client_grant' } }
      if (!subject_type) return
      const grant = { client_id: 'spa', audience: example, scope: ['read:calendar'] }
      tenant.client_grants.push({ ...grant, subject_type })
    }
    expect(await (await world(policy())).scopeOfLogin()).toBe('unauthorized_client')
    expect(await (await world(policy('client'))).scopeOfLogin()).toBe('unauthorized_client')
    expect(await (await world(policy('user'))).scopeOfLogin()).toBe('openid read:calendar')
  })

  it('is given to no client where the policy is deny_all', async () => {
    const { scopeOfLogin, refresh } = await world((tenant) => {
      exampleOf(tenant).subject_type_authorization = { user: { policy: 'deny_all' } }
    })
    expect(await scopeOfLogin()).toBe('unauthorized_client')
    expect((await refresh(example)).body.error).toBe('unauthorized_client')
  })
})

describe('Role-based access control', () => {
  const permission = { resource_server_identifier: example, permission_name: 'read:calendar' }
  const withRoles = (permissions?: (typeof permission)[]) => (tenant: Tenant) => {
    const api = exampleOf(tenant)
    api.enforce_policies = true
    api.scopes.push('write:calendar')
    for (const client of tenant.clients) {
      client.refresh_token.policies.push({ audience: example, scope: api.scopes })
    }
    for (const user of tenant.users) Object.assign(user, permissions && { permissions })
  }
  const wanted = 'openid read:calendar write:calendar'

  it('limits the scopes of a login to the permissions of the user', async () => {
    const { scopeOfLogin } = await world(withRoles([permission]))
    expect(await scopeOfLogin(example, wanted)).toBe('openid read:calendar')
    const none = await world(withRoles())
    expect(await none.scopeOfLogin(example, wanted)).toBe('openid')
  })

  it('limits the scopes of a refresh, also of a login for no API (MRRT)', async () => {
    const { refresh } = await world(withRoles([permission]))
    const { body } = await refresh(example)
    expect(body.scope).toBe('openid profile email offline_access read:calendar')
  })

  it('does not count permissions of another API', async () => {
    const other = { ...permission, resource_server_identifier: MY_ACCOUNT_AUDIENCE }
    const { scopeOfLogin } = await world(withRoles([other]))
    expect(await scopeOfLogin(example, wanted)).toBe('openid')
  })

  it('counts the permissions of the My Account API, which is named without a domain', async () => {
    const [create = '', read = ''] = scopes
    const { refresh, me } = await world((tenant) => {
      myAccountOf(tenant).enforce_policies = true
      const own = { resource_server_identifier: MY_ACCOUNT_AUDIENCE, permission_name: read }
      for (const user of tenant.users) user.permissions = [own]
    })
    const { scope } = (await refresh(me)).body
    expect(scope).toContain(read)
    expect(scope).not.toContain(create)
  })
})

describe('The client grants of a tenant whose clients are replaced', () => {
  it('go with the clients that are left out', async () => {
    const { emulator } = await start(() => undefined)
    const { clients } = emulator.tenant.get()
    const left = clients.filter(({ client_id }) => client_id !== 'web')
    emulator.tenant.set({ clients: left })
    const ids = emulator.tenant.get().client_grants.map(({ client_id }) => client_id)
    expect(ids).toEqual(['spa', 'management'])
    emulator.reset()
    expect(emulator.tenant.get().client_grants).toHaveLength(4)
  })

  it('must name a client of the tenant if they are passed', async () => {
    const client_grants = [{ client_id: 'other', audience: MANAGEMENT_AUDIENCE, scope: [] }]
    await expect(createEmulator({ port: 0, tenant: { client_grants } })).rejects.toThrow(
      'tenant/client_grants/0/client_id must exist in the tenant: other',
    )
  })
})
