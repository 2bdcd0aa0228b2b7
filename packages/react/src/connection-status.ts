import type { ConnectedAccount } from '@connected-accounts/client'
import type { Report } from './findings.js'

/** How usable an account is, and what it lacks. */
export interface AccountStatus {
  status: 'connected' | 'expiring' | 'missing_scopes' | 'expired'
  account: ConnectedAccount
  missingScopes: string[]
}

/** What an account is judged by. */
export interface Requirements {
  scopes: readonly string[]
  /** How long before its end a grant is `expiring`, in milliseconds. */
  expiringMs: number
  report: Report | undefined
}

/** The status of the account that can be used best; undefined where there is none. */
export function bestAccount(
  accounts: ConnectedAccount[],
  requirements: Requirements,
): AccountStatus | undefined {
  const rank = ({ status, missingScopes }: AccountStatus) =>
    100 * ORDER.indexOf(status) + missingScopes.length
  return accounts
    .map((account) => judge(account, requirements))
    .sort((one, other) => rank(one) - rank(other))[0]
}

/** When the status of one of the accounts changes by itself, in milliseconds from now; Infinity where never. */
export function untilChange(accounts: ConnectedAccount[], expiringMs: number): number {
  const ends = accounts.map(timeLeft)
  return Math.min(...[...ends, ...ends.map((end) => end - expiringMs)].filter((wait) => wait > 0))
}

const ORDER: AccountStatus['status'][] = ['connected', 'expiring', 'missing_scopes', 'expired']

function judge(
  account: ConnectedAccount,
  { scopes, expiringMs, report }: Requirements,
): AccountStatus {
  const left = timeLeft(account)
  const needed = [...scopes, ...(report?.neededScopes ?? [])]
  const lacking = [...new Set(needed)].filter((scope) => !account.scopes.includes(scope))
  // The list may say that all were granted, and the provider that they were not.
  const missingScopes = lacking.length ? lacking : (report?.neededScopes ?? [])
  const answer = { account, missingScopes }
  if (left <= 0 || (report && !report.neededScopes)) return { ...answer, status: 'expired' }
  if (report || missingScopes.length) return { ...answer, status: 'missing_scopes' }
  return { ...answer, status: left <= expiringMs ? 'expiring' : 'connected' }
}

function timeLeft({ expires_at }: ConnectedAccount): number {
  return expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_at) - Date.now()
}
