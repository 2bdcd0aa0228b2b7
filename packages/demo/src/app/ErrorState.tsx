import { BrokenThread } from './drawings/BrokenThread.js'
import { inWords } from './error-words.js'

interface ErrorStateProps {
  error: unknown
  onRetry: () => void
  /** Starts a new login, if that can solve the problem. */
  onLogin?: () => void
}

/** Shows what went wrong, with a button to try again or to log in. */
export function ErrorState({ error, onRetry, onLogin }: ErrorStateProps) {
  const { title, text, wayOut } = inWords(error)
  const logsIn = wayOut === 'login' && onLogin !== undefined
  return (
    <div className="state" role="alert">
      <BrokenThread />
      <h3>{title}</h3>
      <p>{text}</p>
      <button type="button" className="button" onClick={logsIn ? onLogin : onRetry}>
        {logsIn ? 'Log in again' : 'Try again'}
      </button>
    </div>
  )
}
