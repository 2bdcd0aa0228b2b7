import { ConnectedAccounts } from '@connected-accounts/react/ui'
import { connections } from './connections.js'
import { EventsSection } from './EventsSection.js'
import { OtherPages } from './OtherPages.js'
import type { Person } from './session.js'
import { useSession } from './session-context.js'

/** Shows the page for a user who is logged in: the component, and what the demo does with a connected account. */
export function Home({ user }: { user: Person }) {
  const { login } = useSession()
  return (
    <main>
      <div className="greeting">
        <h1>Hello, {user.name}.</h1>
        <p className="lead">
          Link the accounts you use elsewhere. Their tokens stay in Token Vault; this page never
          sees them.
        </p>
      </div>
      <div className="columns">
        <ConnectedAccounts connections={connections} messages={BRITISH} onLogin={login} />
        <EventsSection user={user.sub} />
      </div>
      <OtherPages />
    </main>
  )
}

const BRITISH = { locale: 'en-GB' }
