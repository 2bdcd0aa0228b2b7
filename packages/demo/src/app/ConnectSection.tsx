import {
  type ConnectAccountOptions,
  useConnectAccount,
  useConnections,
} from '@connected-accounts/react'
import { ConnectButton } from './ConnectButton.js'
import { ErrorState } from './ErrorState.js'
import { inWords } from './error-words.js'
import { connectionLabel } from './labels.js'
import { Notice } from './Notice.js'
import { useSession } from './session-context.js'

/** The scopes that the demo needs, by connection. It does not use other connections, so they get their default scopes. */
const SCOPES: Record<string, string[]> = {
  'google-oauth2': [
    'openid',
    'profile',
    'email',
    'https://www.googleapis.com/auth/calendar.readonly',
  ],
}

/** Shows a button for each connection of which the user can connect an account. */
export function ConnectSection() {
  const { variables, isPending, error, connect } = useConnectAccount()
  const leavingTo = isPending ? nameOf(variables) : undefined
  return (
    <section aria-labelledby="connect-heading">
      <h2 id="connect-heading">Connect an account</h2>
      <Choices leavingTo={leavingTo} connect={connect} />
      <div aria-live="polite">
        {leavingTo && (
          <p className="visually-hidden">Taking you to {connectionLabel(leavingTo)}…</p>
        )}
        {error && <Notice tone="error" {...inNotice(error)} />}
      </div>
    </section>
  )
}

interface ChoicesProps {
  leavingTo: string | undefined
  connect: (options: ConnectAccountOptions) => void
}

function Choices({ leavingTo, connect }: ChoicesProps) {
  const { login } = useSession()
  const { data, error, refetch } = useConnections()
  if (error) return <ErrorState error={error} onRetry={refetch} onLogin={login} />
  if (data?.length === 0) {
    return <p className="lead">No provider is enabled for this application yet.</p>
  }
  return (
    <div className="connect">
      {data?.map(({ name }) => (
        <ConnectButton
          key={name}
          connection={name}
          isLeaving={leavingTo === name}
          isDisabled={leavingTo !== undefined}
          onConnect={() =>
            connect({ connection: name, ...(SCOPES[name] && { scopes: SCOPES[name] }) })
          }
        />
      ))}
      {!data && [1, 2, 3].map((shape) => <span key={shape} className="skeleton pill" />)}
    </div>
  )
}

function nameOf({ connection }: ConnectAccountOptions): string {
  return typeof connection === 'string' ? connection : connection.connection
}

function inNotice(error: Error) {
  const { title, text } = inWords(error)
  return { title, text }
}
