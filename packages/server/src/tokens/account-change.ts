import type { Context } from '../context.js'
import type { Session } from '../sessions/session.js'

/**
 * Runs work that connects or deletes accounts of a session's user. The cached tokens of this user are removed before, because the
 * tenant may carry the work out although its answer is lost. They are removed again afterwards, also if the work fails, because
 * an exchange in the meantime may have brought a token of a deleted account.
 *
 * @throws {SessionError} store_unavailable, if the store of the sessions cannot remove them.
 * @internal
 */
export async function changeAccounts<T>(
  { connectionTokens }: Context,
  session: Session,
  work: () => Promise<T>,
): Promise<T> {
  await connectionTokens.clear(session)
  let result: T
  try {
    result = await work()
  } catch (error) {
    await connectionTokens.clear(session).catch(() => {}) // the first error says more
    throw error
  }
  await connectionTokens.clear(session)
  return result
}
