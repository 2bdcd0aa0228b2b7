import { connectionLabel } from './labels.js'
import { Monogram } from './Monogram.js'

interface ConnectButtonProps {
  connection: string
  /** True while the browser leaves the page for this provider. */
  isLeaving: boolean
  isDisabled: boolean
  onConnect: () => void
}

/** Shows the button that goes to a provider to connect an account. */
export function ConnectButton({
  connection,
  isLeaving,
  isDisabled,
  onConnect,
}: ConnectButtonProps) {
  return (
    <button
      type="button"
      className="button"
      aria-busy={isLeaving}
      aria-disabled={isDisabled}
      onClick={isDisabled ? undefined : onConnect}
    >
      {isLeaving ? <span className="spinner" /> : <Monogram connection={connection} size="s" />}
      Connect {connectionLabel(connection)}
    </button>
  )
}
