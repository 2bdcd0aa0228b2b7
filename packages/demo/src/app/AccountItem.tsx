import type { ConnectedAccount } from '@connected-accounts/client'
import { useAccountLabel } from '@connected-accounts/react'
import { memo } from 'react'
import { dateAndTime, longDate } from './dates.js'
import { connectionLabel, idTail } from './labels.js'
import { Monogram } from './Monogram.js'
import { Scopes } from './Scopes.js'
import { useTimeZone } from './useTimeZone.js'

interface AccountItemProps {
  account: ConnectedAccount
  /** True if the user has several accounts of the connection. Then it shows a part of the ID, because not all have a name. */
  isOneOfSeveral: boolean
  onDisconnect: (account: ConnectedAccount) => void
}

/** Shows one connected account. */
export const AccountItem = memo(function AccountItem({
  account,
  isOneOfSeveral,
  onDisconnect,
}: AccountItemProps) {
  const { id, connection, created_at, scopes } = account
  const timeZone = useTimeZone()
  const { label } = useAccountLabel(id)
  return (
    <li className="account">
      <Monogram connection={connection} />
      <div>
        <h3 id={id}>{connectionLabel(connection)}</h3>
        <p className="meta">
          {label && <>{[label.label, label.email].filter(Boolean).join(' · ')} · </>}
          Connected{' '}
          <time dateTime={created_at}>
            {isOneOfSeveral ? dateAndTime(created_at, timeZone) : longDate(created_at, timeZone)}
          </time>
          {isOneOfSeveral && <> · ID ends in {idTail(id)}</>}
        </p>
        <Scopes scopes={scopes} />
      </div>
      <button
        type="button"
        className="button quiet warns"
        aria-describedby={id}
        onClick={() => onDisconnect(account)}
      >
        Disconnect
      </button>
    </li>
  )
})
