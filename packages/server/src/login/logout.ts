import { buildEndSessionUrl } from 'openid-client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'

/** Options of {@link ServerClient.logout}. */
export interface LogoutOptions {
  /** The URL that the tenant sends the browser to: one of its allowed logout URLs. Default: a page of the tenant. */
  returnTo?: string | undefined
}

/** See {@link ServerClient.logout}. */
export async function logout(
  context: Context,
  { returnTo }: LogoutOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  const { config } = await context.tenant(storeOptions)
  const sid = (await context.findSession(storeOptions))?.user.sid
  await context.endSession(storeOptions)
  return buildEndSessionUrl(config, {
    ...(sid && { logout_hint: sid }),
    ...(returnTo && { post_logout_redirect_uri: returnTo }),
  }).href
}
