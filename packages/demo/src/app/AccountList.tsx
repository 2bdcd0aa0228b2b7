import type { ConnectedAccount } from '@connected-accounts/client'
import { useState } from 'react'
import { AccountItem } from './AccountItem.js'
import { connectionLabel } from './labels.js'

interface AccountListProps {
  accounts: ConnectedAccount[]
  onDisconnect: (account: ConnectedAccount) => void
}

/** If there are more accounts than this, the list scrolls and has a filter. */
const LONG = 8

/** Shows the list of accounts. It stays usable with a thousand of them. */
export function AccountList({ accounts, onDisconnect }: AccountListProps) {
  const [filter, setFilter] = useState('')
  const isLong = accounts.length > LONG
  const shown = isLong ? accounts.filter((account) => matches(account, filter)) : accounts
  const several = repeated(accounts.map(({ connection }) => connection))
  return (
    <>
      {isLong && (
        <input
          type="search"
          className="filter"
          placeholder="Filter"
          aria-label="Filter accounts"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <p role="status" className={shown.length === 0 ? 'lead' : 'visually-hidden'}>
        {shown.length === 0 && `No account matches “${filter}”.`}
        {filter && shown.length > 0 && `${shown.length} of ${accounts.length} accounts`}
      </p>
      <ul className={isLong ? 'accounts long' : 'accounts'} aria-labelledby="accounts-heading">
        {shown.map((account) => (
          <AccountItem
            key={account.id}
            account={account}
            isOneOfSeveral={several.has(account.connection)}
            onDisconnect={onDisconnect}
          />
        ))}
      </ul>
    </>
  )
}

function matches({ connection, id, scopes }: ConnectedAccount, filter: string): boolean {
  const text = [connectionLabel(connection), connection, id, ...scopes].join(' ').toLowerCase()
  return text.includes(filter.trim().toLowerCase())
}

function repeated(names: string[]): Set<string> {
  const seen = new Set<string>()
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)))
}
