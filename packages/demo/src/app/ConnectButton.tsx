import { connectionLabel } from './labels.js'
import { Monogram } from './Monogram.js'

interface ConnectButtonProps {
  connection: string
  /** The page is being left for this provider. */
  isLeaving: boolean
  isDisabled: boolean
  onConnect: () => void
}

/** Leaves for a provider to connect an account there. */
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
