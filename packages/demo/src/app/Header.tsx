import { Mark } from './drawings/Mark.js'
import { useSession } from './session-context.js'

/** Shows the project's name, the user, and the button to log out. */
export function Header() {
  const { user, logout } = useSession()
  return (
    <header className="bar">
      <p className="wordmark">
        <Mark />
        Connected Accounts
      </p>
      {user && (
        <div className="person">
          <span>{user.name}</span>
          <button type="button" className="button quiet" onClick={logout}>
            Log out
          </button>
        </div>
      )}
    </header>
  )
}
