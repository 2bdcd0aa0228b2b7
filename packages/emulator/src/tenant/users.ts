import type { components } from '../generated/management.js'
import { createExpiringMap } from '../memory/expiring-map.js'
import { DATABASE, isEnterprise } from './connections.js'
import type { Connection, Profile, Tenant, User } from './tenant.js'

type Identity = components['schemas']['Identity']

/** A user of the tenant, from its data or created by a login with a connection. */
export interface Person extends Profile {
  /** The account that the user logs in with. */
  identity: Identity
}

/** What a third party says about the account of a login. */
export interface AccountAtProvider {
  /** The ID of the account at the third party. */
  subject: string
  email?: string
  name?: string
}

/** The users of a tenant: those of its data, and at most 10,000 created by a login with a connection. */
export interface Users {
  find(userId: string | undefined): Person | undefined
  /** Returns all users, those of the tenant's data first. */
  list(): Person[]
  /** Returns the user with this account of a third party. Creates the user at the first login. */
  logIn(connection: Connection, account: AccountAtProvider): Person
  /** Adds users that earlier logins have created. */
  restore(people: Person[]): void
  /** Deletes the users that were created by a login. */
  clear(): void
}

/** Creates the users of a tenant. */
export function createUsers(tenant: Tenant, now: () => number): Users {
  const arrived = createExpiringMap<Person>(now)
  const find = (userId = '') => {
    const user = tenant.users.find(({ user_id }) => user_id === userId)
    return user ? personOf(user) : arrived.get(userId)
  }
  return {
    find,
    list: () => [...tenant.users.map(personOf), ...arrived.values()],
    logIn(connection, { subject, email = '', name = subject }) {
      const identity = identityOf(connection, subject)
      const user_id = `${identity.provider}|${identity.user_id}`
      const known = find(user_id)
      if (known) return known
      const person = { user_id, email, name, identity }
      arrived.set(user_id, person, Number.POSITIVE_INFINITY)
      return person
    },
    restore(people) {
      for (const person of people) arrived.set(person.user_id, person, Number.POSITIVE_INFINITY)
    },
    clear: () => arrived.clear(),
  }
}

function personOf({ password: _, permissions: _permissions, ...profile }: User): Person {
  const [provider = '', ...rest] = profile.user_id.split('|')
  const identity = { connection: DATABASE, user_id: rest.join('|'), provider, isSocial: false }
  return { ...profile, identity }
}

// A tenant can have several connections of some strategies, so the user ID then contains the connection's name.
function identityOf(connection: Connection, subject: string): Identity {
  const { strategy, name } = connection
  const isSocial = !isEnterprise(connection)
  const isNamed = !isSocial || strategy === 'oauth2'
  const user_id = isNamed ? `${name}|${subject}` : subject
  return { connection: name, user_id, provider: strategy, isSocial }
}
