import { BrokenThread } from './drawings/BrokenThread.js'
import { inWords } from './error-words.js'

interface ErrorStateProps {
  error: unknown
  onRetry: () => void
  /** Given where a new login may be the way out. */
  onLogin?: () => void
}

/** What went wrong, in words, and the way out of it. */
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
