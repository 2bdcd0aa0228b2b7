import type { ConnectedAccount } from '@connected-accounts/client'
import { useConnectedAccounts } from '@connected-accounts/react'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { AccountList } from './AccountList.js'
import { DisconnectDialog } from './DisconnectDialog.js'
import { NoAccounts } from './drawings/NoAccounts.js'
import { EmptyState } from './EmptyState.js'
import { ErrorState } from './ErrorState.js'
import { EVENTS_KEY } from './events-api.js'
import { connectionLabel } from './labels.js'
import { Notice } from './Notice.js'
import { Skeleton } from './Skeleton.js'
import { useSession } from './session-context.js'

/** Shows the user's connected accounts, with buttons to disconnect them. */
export function AccountsSection() {
  const { data } = useConnectedAccounts()
  const queryClient = useQueryClient()
  const heading = useRef<HTMLHeadingElement>(null)
  const [leaving, setLeaving] = useState<ConnectedAccount>()
  const [gone, setGone] = useState<string>()
  const onDisconnected = ({ connection }: ConnectedAccount) => {
    setGone(connection)
    heading.current?.focus() // the button that had the focus is gone
    void queryClient.invalidateQueries({ queryKey: [EVENTS_KEY] })
  }
  return (
    <section className="accounts-section">
      <h2 ref={heading} tabIndex={-1}>
        <span id="accounts-heading">Connected accounts</span>
        {data && data.length > 0 && <span className="count">{data.length}</span>}
      </h2>
      <div aria-live="polite">
        {gone && <Notice title={`${connectionLabel(gone)} was disconnected.`} />}
      </div>
      <Accounts onDisconnect={setLeaving} />
      {leaving && (
        <DisconnectDialog
          key={leaving.id}
          account={leaving}
          onClose={() => setLeaving(undefined)}
          onDisconnected={onDisconnected}
        />
      )}
    </section>
  )
}

function Accounts({ onDisconnect }: { onDisconnect: (account: ConnectedAccount) => void }) {
  const { login } = useSession()
  const { data, error, refetch } = useConnectedAccounts()
  if (data && data.length > 0) return <AccountList accounts={data} onDisconnect={onDisconnect} />
  if (error) return <ErrorState error={error} onRetry={refetch} onLogin={login} />
  if (!data) return <Skeleton label="Loading your accounts…" rows={2} />
  return (
    <EmptyState
      drawing={<NoAccounts />}
      title="No accounts yet"
      text="Connect one above. You choose at the provider what it may be used for."
    />
  )
}
