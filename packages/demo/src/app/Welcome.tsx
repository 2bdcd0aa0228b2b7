import { useState } from 'react'
import { LinkedAccounts } from './drawings/LinkedAccounts.js'
import { loginErrorWords } from './login-words.js'
import { Notice } from './Notice.js'
import { useSession } from './session-context.js'

/** Shows the page for users who are not logged in. */
export function Welcome() {
  const { login, loginError, isConnecting } = useSession()
  const [error, setError] = useState(loginError)
  const start = () => login().catch(setError)
  return (
    <main className="welcome">
      <div>
        <h1>Your other accounts, at hand here.</h1>
        <p className="lead">
          Link the accounts you use elsewhere, once. Their tokens stay in Token Vault; this page
          never sees them, and you can take each of them back.
        </p>
        <div aria-live="polite">
          {error !== undefined && <Notice tone="error" {...loginErrorWords(error)} />}
          {isConnecting && (
            <Notice title="Almost there" text="Log in, and your account will be connected." />
          )}
        </div>
        <button type="button" className="button primary" onClick={start}>
          Log in
        </button>
      </div>
      <LinkedAccounts />
    </main>
  )
}
