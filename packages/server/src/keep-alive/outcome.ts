/** Why a grant was skipped. */
export type KeepAliveReason =
  /** It was exchanged less than `every` ago. */
  | 'recent'
  /** The user has no usable account of the connection, and this job has never exchanged one. */
  | 'not_connected'
  /** It was dead the last time, and still is. */
  | 'still_dead'
  /** The user has no session to exchange with. Only with `fromSharedSessions`. */
  | 'not_logged_in'
  /** The tenant refused this user; see `error`. */
  | 'refused'
  /** The tenant or the provider failed or did not answer, also after retries; see `error`. The next run tries again. */
  | 'unavailable'

/** What came of one grant. */
export interface KeepAliveOutcome {
  userId: string
  /** The organization, if your `users` named one. */
  orgId?: string
  connection: string
  /** `dead`: the grant could be exchanged before, and cannot any more. It is told once. Ask the person to connect again. */
  outcome: 'exchanged' | 'skipped' | 'dead'
  /** Why it was skipped. */
  reason?: KeepAliveReason
  /** What the exchange failed with. */
  error?: unknown
}

/** What a run has done. */
export interface KeepAliveReport {
  exchanged: number
  dead: number
  /** How many grants were skipped, by reason. */
  skipped: Record<KeepAliveReason, number>
  /** True if every user was seen. False if another run of the job has the checkpoint. */
  isComplete: boolean
}

/** Creates the report of a run that has done nothing yet. */
export function createReport(): KeepAliveReport {
  const skipped = {
    ...{ recent: 0, not_connected: 0, still_dead: 0 },
    ...{ not_logged_in: 0, refused: 0, unavailable: 0 },
  }
  return { exchanged: 0, dead: 0, skipped, isComplete: false }
}

/** Counts an outcome. */
export function count(report: KeepAliveReport, { outcome, reason }: KeepAliveOutcome): void {
  if (outcome !== 'skipped') report[outcome] += 1
  else if (reason) report.skipped[reason] += 1
}
