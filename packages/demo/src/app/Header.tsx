import { accountLabels } from './connections.js'
import { Mark } from './drawings/Mark.js'
import type { Person } from './session.js'
import { useSession } from './session-context.js'

/** Shows the project's name, the user, and the button to log out. */
export function Header() {
  const { user, home, logout } = useSession()
  const logOut = ({ sub }: Person) => {
    accountLabels.clear(sub) // a logout leaves the page, so nothing else would do it
    void logout()
  }
  return (
    <header className="bar">
      <a className="wordmark" href={home}>
        <Mark />
        Connected Accounts
      </a>
      {user && (
        <div className="person">
          <span>{user.name}</span>
          <button type="button" className="button quiet" onClick={() => logOut(user)}>
            Log out
          </button>
        </div>
      )}
    </header>
  )
}
