import { randomState } from 'openid-client'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { LOGIN_PREFIX } from '../cookies/transaction-cookies.js'
import { LoginFlowError } from '../errors.js'

type AnyRequest = StoreOptions['request']

/** What a state begins with, if the login was started at another host than its `redirect_uri` has. */
const ELSEWHERE = `${LOGIN_PREFIX}elsewhere.`

/** Creates the `state` of a login. It also says if the login was started at another host, for {@link unknownState}. */
export function createLoginState(request: AnyRequest, redirectUri: string): string {
  return (isAtOtherHost(request, redirectUri) ? ELSEWHERE : LOGIN_PREFIX) + randomState()
}

/** Returns the error for a callback whose login this browser has no cookie of. */
export function unknownState(
  state: string,
  request: AnyRequest,
  redirectUri: string,
): LoginFlowError {
  const { host } = new URL(redirectUri)
  const isElsewhere = state.startsWith(ELSEWHERE) || isAtOtherHost(request, redirectUri)
  const reason = isElsewhere
    ? `It was probably started at another host than ${host}, which the redirect_uri has. A browser does not send the cookies of ` +
      `one host to another, even if both are the same machine, such as 127.0.0.1 and localhost. Open the application at ${host}.`
    : 'It was started in another browser, is already completed, or has expired. Start again.'
  return new LoginFlowError('unknown_state', {
    message: `This browser has no login with the state of this callback. ${reason}`,
  })
}

/** The host of a request only explains an error. It is neither trusted nor repeated, because anyone can send any host. */
function isAtOtherHost({ headers }: AnyRequest, redirectUri: string): boolean {
  const { protocol, host } = new URL(redirectUri)
  const asked = (headers.get('x-forwarded-host') ?? headers.get('host'))?.split(',')[0]
  const url = `${protocol}//${asked}`
  return !!asked && URL.canParse(url) && new URL(url).host !== host
}
