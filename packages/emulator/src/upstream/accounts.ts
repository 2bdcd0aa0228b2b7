import { sha256 } from '../secrets.js'

/** A person's account at a third party. */
export interface ProviderAccount {
  sub: string
  email: string
  name: string
}

/**
 * The accounts that the consent page offers, the picked one first. A `login_hint` picks one of the two, or brings in another
 * account of its name.
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

/** The account of an address at a third party; the same address is the same account. */
export async function accountOf(connection: string, email: string): Promise<ProviderAccount> {
  const words = (email.split('@')[0] ?? email).split(/[._-]+/).filter(Boolean)
  const [name = email, ...rest] = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const sub = (await sha256(`${connection} ${email}`)).slice(0, 21)
  return { sub, email, name: rest.length > 0 ? `${name} (${rest.join(' ').toLowerCase()})` : name }
}
