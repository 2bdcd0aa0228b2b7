import { sha256 } from '../memory/random.js'

/** A user's account at a third party. */
export interface ProviderAccount {
  sub: string
  email: string
  name: string
}

/**
 * Returns the accounts that the consent page offers, the selected one first. A `login_hint` selects one of the two accounts, or adds
 * another account with its address.
 */
export async function accountsOf(
  connection: string,
  loginHint: string | undefined,
): Promise<[ProviderAccount, ...ProviderAccount[]]> {
  const domain = `${connection.replace(/-oauth2$/, '')}.example`
  const own = [`alice@${domain}`, `alice.work@${domain}`]
  const hint = loginHint?.trim().toLowerCase()
  const emails = hint ? [hint, ...own.filter((email) => email !== hint)].slice(0, 2) : own
  const [first, ...others] = await Promise.all(emails.map((email) => accountOf(connection, email)))
  if (!first) throw new TypeError('A provider has no account')
  return [first, ...others]
}

/** Returns the account with an email address at a third party. The same address always has the same account. */
export async function accountOf(connection: string, email: string): Promise<ProviderAccount> {
  const words = (email.split('@')[0] ?? email).split(/[._-]+/).filter(Boolean)
  const [name = email, ...rest] = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const sub = (await sha256(`${connection} ${email}`)).slice(0, 21)
  return { sub, email, name: rest.length > 0 ? `${name} (${rest.join(' ').toLowerCase()})` : name }
}
