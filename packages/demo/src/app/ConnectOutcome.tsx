import { isConnectFlowError } from '@connected-accounts/client'
import { useConnectCallback, useConnectedAccounts } from '@connected-accounts/react'
import { useState } from 'react'
import { inWords } from './error-words.js'
import { connectionLabel } from './labels.js'
import { Notice } from './Notice.js'
import { useSession } from './session-context.js'

/** Shows the result of the connect flow from which the browser returns. */
export function ConnectOutcome() {
  const [isDismissed, setDismissed] = useState(false)
  return (
    <div aria-live="polite">{!isDismissed && <Outcome onDismiss={() => setDismissed(true)} />}</div>
  )
}

function Outcome({ onDismiss }: { onDismiss: () => void }) {
  const callback = useConnectCallback()
  const { data: accounts } = useConnectedAccounts()
  if (callback.status === 'success') {
    const { id, connection } = callback.account
    // After a reload, the account may have been disconnected.
    if (!accounts?.some((account) => account.id === id)) return null
    return (
      <Notice title={`${connectionLabel(connection)} is connected.`}>
        <Dismiss onDismiss={onDismiss} />
      </Notice>
    )
  }
  if (callback.status === 'error') {
    return <Failure error={callback.error} onRetry={callback.retry} onDismiss={onDismiss} />
  }
  return callback.status === 'pending' ? <Notice title="Finishing the connection…" /> : null
}

interface FailureProps {
  error: Error
  onRetry: () => void
  onDismiss: () => void
}

function Failure({ error, onRetry, onDismiss }: FailureProps) {
  const { login } = useSession()
  const { title, text, wayOut } = inWords(error)
  const isOver = isConnectFlowError(error)
  return (
    <Notice tone={isOver && error.code === 'access_denied' ? 'good' : 'error'} {...{ title, text }}>
      {isOver && <Dismiss onDismiss={onDismiss} />}
      {!isOver && (
        <button
          type="button"
          className="button quiet"
          onClick={wayOut === 'login' ? login : onRetry}
        >
          {wayOut === 'login' ? 'Log in again' : 'Try again'}
        </button>
      )}
    </Notice>
  )
}

function Dismiss({ onDismiss }: { onDismiss: () => void }) {
  return (
    <button type="button" className="button quiet" onClick={onDismiss}>
      Dismiss
    </button>
  )
}
