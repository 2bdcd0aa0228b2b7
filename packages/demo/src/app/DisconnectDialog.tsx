import type { ConnectedAccount } from '@connected-accounts/client'
import { useDisconnectAccount } from '@connected-accounts/react'
import { useEffect, useRef } from 'react'
import { dateAndTime } from './dates.js'
import { inWords } from './error-words.js'
import { connectionLabel } from './labels.js'
import { useSession } from './session-context.js'
import { useTimeZone } from './useTimeZone.js'

interface DisconnectDialogProps {
  account: ConnectedAccount
  /** Removes the dialog, also if the user cancels. */
  onClose: () => void
  onDisconnected: (account: ConnectedAccount) => void
}

/** Shows a dialog that asks the user before an account is disconnected. */
export function DisconnectDialog({ account, onClose, onDisconnected }: DisconnectDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const { mutate, isPending, error } = useDisconnectAccount()
  const { identify } = useSession()
  const connectedAt = dateAndTime(account.created_at, useTimeZone())
  const label = connectionLabel(account.connection)
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  const close = () => {
    dialog.current?.close() // returns the focus
    onClose() // not on the event `close`: it is late, and would close a dialog that was opened again
  }
  const disconnect = () =>
    mutate(account.id, {
      onSuccess: () => {
        close()
        onDisconnected(account)
      },
    })
  return (
    <dialog ref={dialog} aria-labelledby="disconnect-heading" onCancel={close} onClose={onClose}>
      <h2 id="disconnect-heading">Disconnect {label}?</h2>
      <p>
        Connected {connectedAt}. Its tokens are deleted, so nothing here can use it any longer.{' '}
        {identify
          ? `What you allowed at ${label} is taken back there, too, unless you have several accounts of ${label}.`
          : `What you allowed at ${label} stays there until you take it back there.`}
      </p>
      {error && <p role="alert">{inWords(error).text}</p>}
      <div className="actions">
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          aria-busy={isPending}
          aria-disabled={isPending}
          onClick={isPending ? undefined : disconnect}
        >
          {isPending && <span className="spinner" />}
          Disconnect
        </button>
      </div>
    </dialog>
  )
}
