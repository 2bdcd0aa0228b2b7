import {
  checkBound,
  createIssuedToken,
  type IssuedToken,
  within,
} from '@connected-accounts/client/internal'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type IDToken,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { LOGIN_PREFIX } from '../cookies/transaction-cookies.js'
import { LoginFlowError } from '../errors.js'
import { checkRedirectUri, type LoginParams, SESSION_LIFETIME } from '../options.js'
import type { Session, User } from '../sessions/session.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'
import { checkOrganization, userOf } from './id-token.js'
import { authorizationError, loginError } from './login-error.js'
import { createLoginState, unknownState } from './login-state.js'

/** Options of {@link ServerClient.startInteractiveLogin}. */
export interface StartInteractiveLoginOptions {
  /** Parameters for `/authorize`, in addition to or in place of those of the server client. */
  authorizationParams?: LoginParams | undefined
  /** Any JSON, up to about 2 KB. `completeInteractiveLogin` returns it. */
  appState?: unknown
}

/** The result of {@link ServerClient.completeInteractiveLogin}. */
export interface CompletedLogin {
  user: User
  appState?: unknown
}

const DEFAULT_SCOPE = 'openid profile email offline_access'
/** How long a login may take, in milliseconds. */
const LIFETIME = 3_600_000
/** How long the session of a login is remembered, in milliseconds: long enough to load the callback again. */
const RESULT_LIFE = 120_000

interface LoginTransaction {
  codeVerifier: string
  nonce: string
  /** The origin of the domain at which the login was started. */
  domain: string
  params: Record<string, string> & { redirect_uri: string; scope: string }
  appState?: unknown
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** See {@link ServerClient.startInteractiveLogin}. */
export async function startLogin(
  context: Context,
  { authorizationParams, appState }: StartInteractiveLoginOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  const params = await loginParams(context, authorizationParams, storeOptions)
  const server = await context.tenant(storeOptions)
  server.prefetchKeys() // while the person logs in
  const state = createLoginState(storeOptions.request, params.redirect_uri)
  const transaction: LoginTransaction = {
    codeVerifier: randomPKCECodeVerifier(),
    nonce: randomNonce(),
    domain: server.origin,
    params,
    appState,
    expiresAt: Date.now() + LIFETIME,
  }
  const transactions = await context.transactions<LoginTransaction>(storeOptions)
  await transactions.set(state, transaction, transaction)
  return authorizationUrl(server, transaction, state)
}

/** See {@link ServerClient.completeInteractiveLogin}. */
export async function completeLogin(
  context: Context,
  callbackUrl: string | URL,
  storeOptions: StoreOptions,
): Promise<CompletedLogin> {
  const callback = readCallback(callbackUrl)
  const transaction = await findTransaction(context, callback.state, storeOptions)
  const session = await logInOnce(context, { transaction, callback }, storeOptions)
  // The old session is ended last, so that a failure cannot leave the person without a session. The cookie holds the new one.
  await context.endSession({
    request: storeOptions.request,
    response: { headers: new Headers() },
  })
  return { user: session.user, appState: transaction.appState }
}

async function loginParams(
  { options, redirectUriOf }: Context,
  more: LoginParams = {},
  storeOptions: StoreOptions,
): Promise<LoginTransaction['params']> {
  const given: Record<string, string> = {}
  for (const [name, value] of [options.authorizationParams, more].flatMap(Object.entries)) {
    if (typeof value !== 'function' && value !== undefined) given[name] = value
  }
  const { scope = DEFAULT_SCOPE } = given
  const redirect_uri = more.redirect_uri ?? (await redirectUriOf(storeOptions))
  if (!scope.split(' ').includes('openid')) {
    throw new TypeError(
      "authorizationParams.scope must have 'openid'. Without it the tenant does not say who logged in.",
    )
  }
  checkRedirectUri(redirect_uri)
  return { ...given, redirect_uri, scope }
}

async function authorizationUrl(
  { config, dpopOptions }: AuthorizationServer,
  { params, nonce, codeVerifier }: LoginTransaction,
  state: string,
): Promise<string> {
  const jkt = await dpopOptions.DPoP?.calculateThumbprint()
  return buildAuthorizationUrl(config, {
    ...params,
    response_type: 'code',
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(jkt && { dpop_jkt: jkt }),
  }).href
}

interface Callback {
  /** The query of the URL, with its question mark. */
  search: string
  state: string
}

function readCallback(callbackUrl: string | URL): Callback {
  const text = String(callbackUrl)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const state = url?.searchParams.get('state')
  if (url && state?.startsWith(LOGIN_PREFIX)) return { search: url.search, state }
  throw new LoginFlowError('not_a_callback', {
    message:
      "callbackUrl is not the callback of a login. Pass the whole URL that the browser came back to, with its 'state'.",
  })
}

/** Returns the transaction of a callback that still can be completed. */
async function findTransaction(
  context: Context,
  state: string,
  storeOptions: StoreOptions,
): Promise<LoginTransaction> {
  const transactions = await context.transactions<LoginTransaction>(storeOptions)
  const transaction = await transactions.get(state)
  if (!transaction) {
    const redirectUri = await context.redirectUriOf(storeOptions)
    throw unknownState(state, storeOptions.request, redirectUri)
  }
  if (transaction.expiresAt > Date.now()) return transaction
  await transactions.delete(state)
  throw expired(transaction)
}

/**
 * Exchanges the code of a callback, and keeps the session. If the same callback comes twice, at once or because the first answer
 * did not reach the browser, both get the session of one exchange: a code that is used twice revokes all tokens of the login.
 */
function logInOnce(
  context: Context,
  { transaction, callback }: { transaction: LoginTransaction; callback: Callback },
  storeOptions: StoreOptions,
): Promise<Session> {
  const { sessions, flows, timeout } = context
  const { state, search } = callback
  // With the code, because somebody else may have planted the transaction in this browser, and so has the rest.
  const secret = `${transaction.codeVerifier} ${new URLSearchParams(search).get('code')}`
  const exchange = async () => {
    const known = (await flows.get(secret)) as Session | undefined // only this function has the secret
    // Even if the login fails later, because the code works only once.
    await (await context.transactions(storeOptions)).delete(state)
    const session = known ?? (await logIn(context, transaction, callback))
    try {
      await context.keepSession(storeOptions, session)
    } finally {
      // If this fails, only a callback that is repeated fails, too.
      if (!known) await flows.set(secret, session, Date.now() + RESULT_LIFE).catch(() => {})
    }
    return session
  }
  return sessions.runAlone(state, exchange, { timeout })
}

async function logIn(
  { tenantAt, options, timeout }: Context,
  transaction: LoginTransaction,
  callback: Callback,
): Promise<Session> {
  const { params, appState, domain } = transaction
  const server = await tenantAt(domain)
  server.prefetchKeys() // if another process started the login: while the code is exchanged
  const requestedAt = Date.now()
  const answer = await within(exchangeCode(server, transaction, callback), timeout)
  const claims = answer.claims() as IDToken // openid-client accepts no answer without one, because it checks the nonce
  const user = userOf(claims)
  checkOrganization(user, params.organization, appState)
  const requested = { audience: params.audience ?? '', scope: params.scope }
  const token: IssuedToken = createIssuedToken(answer, requested, requestedAt)
  if (server.dpop) checkBound(token)
  return {
    id: randomState(),
    clientId: options.clientId,
    user,
    domain: server.origin,
    ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
    tokens: [token],
    createdAt: claims.iat * 1000,
    expiresAt: requestedAt + (options.sessionLifetime ?? SESSION_LIFETIME) * 1000,
    revision: 0,
  }
}

async function exchangeCode(
  { config, dpopOptions }: AuthorizationServer,
  { params, nonce, codeVerifier, appState }: LoginTransaction,
  { search, state }: Callback,
): Promise<TokenEndpointResponse & TokenEndpointResponseHelpers> {
  // The URL that reached this machine may be a proxy's, so the redirect_uri of the login is used.
  const url = new URL(params.redirect_uri)
  url.search = search
  const checks = {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    ...(params.max_age !== undefined && { maxAge: Number(params.max_age) }),
  }
  try {
    return await authorizationCodeGrant(config, url, checks, undefined, dpopOptions)
  } catch (error) {
    throw authorizationError(error, appState) ?? (await loginError(error, appState))
  }
}

function expired({ appState }: LoginTransaction): LoginFlowError {
  return new LoginFlowError('expired', {
    message: 'The login was started more than an hour ago. Start again.',
    appState,
  })
}
