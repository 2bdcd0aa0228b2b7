import { SignJWT } from 'jose'
import type { Provider } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'

/** A session of the tenant's authorization server. */
type Session = InstanceType<Provider['Session']>

/** How long to wait for a receiver, in milliseconds. */
const PATIENCE = 3000

/** How long a logout token is valid, in seconds. */
const LIFETIME = 120

interface Notice {
  url: string
  clientId: string
  sub: string
  sid: string
}

/**
 * Sends a logout token to the clients of a session that registered `oidc_logout.backchannel_logout_urls` (OpenID Connect
 * Back-Channel Logout 1.0 §2.5). Resolves when all have responded or timed out. Prints failures to the console.
 */
export async function announceLogout(context: Tenancy, session: Session): Promise<void> {
  const { accountId, authorizations = {} } = session
  if (accountId === undefined) return
  const notices = context.tenant.clients
    .filter(({ client_id }) => client_id in authorizations)
    .flatMap(({ client_id: clientId, oidc_logout }) => {
      const sid = session.sidFor(clientId) ?? ''
      const urls = oidc_logout?.backchannel_logout_urls ?? []
      return urls.map((url) => ({ url, clientId, sub: accountId, sid }))
    })
  await Promise.all(notices.map((notice) => sendLogoutToken(context, notice)))
}

async function sendLogoutToken(context: Tenancy, notice: Notice): Promise<void> {
  const { url } = notice
  try {
    const { ok, status } = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ logout_token: await logoutToken(context, notice) }),
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (!ok) console.warn(`The back-channel logout at ${url} responded with ${status}`)
  } catch (error) {
    console.warn(`The back-channel logout at ${url} failed: ${error}`)
  }
}

// Like an ID token, it has the machine's time, because the receiver checks it against that.
function logoutToken(
  { issuer, signingKey }: Tenancy,
  { clientId, sub, sid }: Notice,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  return new SignJWT({ iss: issuer, aud: clientId, sub, sid, events })
    .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: signingKey.kid })
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME)
    .setJti(crypto.randomUUID())
    .sign(signingKey.privateKey)
}
