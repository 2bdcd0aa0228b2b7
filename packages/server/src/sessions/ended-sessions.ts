/** The sessions that were ended in this process. */
export interface EndedSessions {
  /** How many sessions are remembered. */
  readonly size: number
  has(id: string): boolean
  /**
   * Remembers a session until its cookie expires.
   *
   * @param session.expiresAt - In milliseconds since the epoch.
   */
  add(session: { id: string; expiresAt: number }): void
}

/**
 * Creates a memory of ended sessions. It forgets none before its cookie expires, however many are added: a copy of the cookie
 * would work again. Somebody who adds one has logged in for it, so strangers cannot fill it.
 */
export function createEndedSessions(): EndedSessions {
  const expiries = new Map<string, number>()
  // The first was added first. So none stays for longer than one lifetime of a session after its time is over.
  const forgetExpired = () => {
    for (const [id, expiresAt] of expiries) {
      if (expiresAt > Date.now()) return
      expiries.delete(id)
    }
  }
  return {
    get size() {
      return expiries.size
    },
    has: (id) => expiries.has(id),
    add({ id, expiresAt }) {
      forgetExpired()
      expiries.set(id, expiresAt)
    },
  }
}
