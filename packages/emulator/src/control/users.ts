import type { TenantMemory } from '../context/running-tenant.js'
import { randomString } from '../memory/random.js'
import { InputError } from '../tenant/input-error.js'
import type { User } from '../tenant/tenant.js'
import type { NewUser } from './input.js'

/**
 * Adds a user to the running tenant.
 *
 * @returns the user, with the fields that `given` leaves out.
 * @throws {InputError} if another user has the email address or the ID. The message names the field.
 */
export function createUser(tenant: Pick<TenantMemory, 'get' | 'set'>, given: NewUser): User {
  const { users } = tenant.get()
  const user: User = {
    user_id: `auth0|${randomString(24)}`,
    name: given.email.replace(/@.*/, ''),
    password: 'password',
    ...given,
  }
  const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  if (users.some(({ email }) => isSame(email, user.email))) {
    throw new InputError(`body/email belongs to another user of the tenant: ${user.email}`)
  }
  if (users.some(({ user_id }) => user_id === user.user_id)) {
    throw new InputError(`body/user_id belongs to another user of the tenant: ${user.user_id}`)
  }
  tenant.set({ users: [...users, user] })
  return user
}
