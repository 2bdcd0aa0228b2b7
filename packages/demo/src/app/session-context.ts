import { createContext, useContext } from 'react'
import type { Session } from './session.js'

/** Carries the session to the components. */
export const SessionContext = createContext<Session | undefined>(undefined)

/** The session that the page was opened with. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session) return session
  throw new Error('useSession is used outside of SessionContext.')
}
