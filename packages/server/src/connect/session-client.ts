import {
  type AccessToken,
  type ConnectedAccountsClient,
  createConnectedAccountsClient,
} from '@connected-accounts/client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { Session } from '../sessions/session.js'
import { getAccessToken } from '../tokens/access-token.js'

/**
 * Runs work with the session of a request and a client of the My Account API that uses the session's tokens. When the work
 * ends or fails, it waits for all token refreshes that the work has started. The reason: the answer must not be sent without
 * the new refresh token.
 *
 * @throws {SessionError} missing_session, if nobody is logged in.
 * @internal
 */
export async function withSessionClient<T>(
  context: Context,
  storeOptions: StoreOptions,
  work: (given: { client: ConnectedAccountsClient; session: Session }) => Promise<T>,
): Promise<T> {
  const session = await context.needSession(storeOptions)
  const { domain } = session
  const { dpop } = await context.tenantAt(domain)
  const refreshes: Promise<AccessToken>[] = []
  const client = createConnectedAccountsClient({
    domain,
    accessToken(request) {
      const token = getAccessToken(context, request, storeOptions)
      refreshes.push(token)
      return token
    },
    dpop,
    fetch: context.options.fetch,
    timeout: context.timeout,
  })
  try {
    return await work({ client, session })
  } finally {
    await settled(refreshes)
  }
}

/** Waits for promises, also for those that are added meanwhile. */
async function settled(promises: readonly Promise<unknown>[]): Promise<void> {
  for (let seen = 0; seen < promises.length; ) {
    seen = promises.length
    await Promise.allSettled(promises)
  }
}
