import { createContext, useContext } from 'react'
import type { Session } from './session.js'

/** Provides the session to the components. */
export const SessionContext = createContext<Session | undefined>(undefined)

/** Returns the session of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session) return session
  throw new Error('useSession was called outside SessionContext. Render the component inside it.')
}
