import type { ConnectionRequiredError, ConnectionRequiredProblem } from '@connected-accounts/client'

/** What a tool returns if its call needs the person. It is JSON, and `readConnectionRequired` reads it again. */
export interface ConnectionRequiredResult extends ConnectionRequiredProblem {
  /** What the model should do. */
  instructions: string
}

/**
 * Returns the result of a tool whose call needs the person, for the AI SDK and others whose tools return values. The model reads the
 * `instructions`, and your page reads the rest with `readConnectionRequired`, to show a button.
 *
 * @example
 * ```ts
 * async function listEvents() {
 *   try {
 *     const response = await calendar('https://www.googleapis.com/calendar/v3/calendars/primary/events')
 *     return await response.json()
 *   } catch (error) {
 *     if (isConnectionRequiredError(error)) return connectionRequiredResult(error)
 *     throw error
 *   }
 * }
 * ```
 */
export function connectionRequiredResult(error: ConnectionRequiredError): ConnectionRequiredResult {
  const problem = error.toJSON()
  return {
    ...problem,
    instructions: `Nothing was done. Ask the user to connect ${problem.connection} in this application, then call the tool again. Do not ask for passwords or tokens.`,
  }
}
