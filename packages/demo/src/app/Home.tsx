import { AccountsSection } from './AccountsSection.js'
import { ConnectOutcome } from './ConnectOutcome.js'
import { ConnectSection } from './ConnectSection.js'
import { EventsSection } from './EventsSection.js'
import type { Person } from './session.js'

/** Shows the page for a user who is logged in. */
export function Home({ user }: { user: Person }) {
  return (
    <main>
      <div className="greeting">
        <h1>Hello, {user.name}.</h1>
        <p className="lead">
          Link the accounts you use elsewhere. Their tokens stay in Token Vault; this page never
          sees them.
        </p>
        <ConnectOutcome />
      </div>
      <div className="columns">
        <div>
          <ConnectSection />
          <AccountsSection />
        </div>
        <EventsSection user={user.sub} />
      </div>
    </main>
  )
}
