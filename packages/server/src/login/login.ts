import { checkBound, createIssuedToken } from '@connected-accounts/client/internal'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { LoginFlowError } from '../errors.js'
import { checkRedirectUri, type LoginParams, SESSION_LIFETIME } from '../options.js'
import type { Session, User } from '../sessions/session.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'
import { checkOrganization, userOf } from './id-token.js'
import { authorizationError, loginError } from './login-error.js'

/** Options of {@link ServerClient.startInteractiveLogin}. */
export interface StartInteractiveLoginOptions {
  /** More or other parameters for `/authorize` than those of the server client. */
  authorizationParams?: LoginParams | undefined
  /** Any JSON, up to some 2 KB; `completeInteractiveLogin` gives it back. */
  appState?: unknown
}

/** What {@link ServerClient.completeInteractiveLogin} answers. */
export interface CompletedLogin {
  user: User
  appState?: unknown
}

/** How states of logins begin, as those of connect flows begin with `connect.`. */
const STATE_PREFIX = 'login.'
const SCOPE = 'openid profile email offline_access'
const LIFETIME = 3_600_000

interface LoginTransaction {
  codeVerifier: string
  nonce: string
  domain: string
  params: Record<string, string> & { redirect_uri: string; scope: string }
  appState?: unknown
  expiresAt: number
}

/** See {@link ServerClient.startInteractiveLogin}. */
export async function startLogin(
  context: Context,
  { authorizationParams, appState }: StartInteractiveLoginOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  const server = await context.tenant(storeOptions)
  server.prefetchKeys() // while the person logs in
  const params = loginParams(context, authorizationParams)
  const state = STATE_PREFIX + randomState()
  const transaction: LoginTransaction = {
    codeVerifier: randomPKCECodeVerifier(),
    nonce: randomNonce(),
    domain: server.origin,
    params,
    ...(appState !== undefined && { appState }),
    expiresAt: Date.now() + LIFETIME,
  }
  const transactions = context.transactions<LoginTransaction>(storeOptions)
  await transactions.set(state, transaction, transaction)
  const jkt = await server.dpopOptions.DPoP?.calculateThumbprint()
  return buildAuthorizationUrl(server.config, {
    ...params,
    response_type: 'code',
    state,
    nonce: transaction.nonce,
    code_challenge: await calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
    ...(jkt && { dpop_jkt: jkt }),
  }).href
}

/** See {@link ServerClient.completeInteractiveLogin}. */
export async function completeLogin(
  context: Context,
  callbackUrl: string | URL,
  storeOptions: StoreOptions,
): Promise<CompletedLogin> {
  const { search, state } = readCallback(callbackUrl)
  const transactions = context.transactions<LoginTransaction>(storeOptions)
  const transaction = await transactions.get(state)
  if (!transaction) throw unknownState()
  // Used up now, whatever comes of it: its code works once.
  await transactions.delete(state)
  if (transaction.expiresAt <= Date.now()) throw expired(transaction)
  const server = await context.tenantAt(transaction.domain)
  const session = await logIn(server, transaction, { search, state }, context)
  await context.endSession(storeOptions)
  await context.keepSession(storeOptions, session)
  const { appState } = transaction
  return { user: session.user, ...(appState !== undefined && { appState }) }
}

function loginParams({ options }: Context, more: LoginParams = {}): LoginTransaction['params'] {
  const { authorizationParams } = options
  const given: Record<string, string> = {}
  for (const [name, value] of [authorizationParams, more].flatMap(Object.entries)) {
    if (value !== undefined) given[name] = value
  }
  const { redirect_uri = authorizationParams.redirect_uri, scope = SCOPE } = given
  if (!scope.split(' ').includes('openid')) {
    throw new TypeError("authorizationParams.scope must have 'openid', or nobody knows who it is.")
  }
  checkRedirectUri(redirect_uri)
  return { ...given, redirect_uri, scope }
}

interface Callback {
  search: string
  state: string
}

function readCallback(callbackUrl: string | URL): Callback {
  const text = String(callbackUrl)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const state = url?.searchParams.get('state')
  if (url && state?.startsWith(STATE_PREFIX)) return { search: url.search, state }
  throw new LoginFlowError('not_a_callback', {
    message: "callbackUrl is not the callback of a login: give the whole URL, with its 'state'.",
  })
}

async function logIn(
  server: AuthorizationServer,
  transaction: LoginTransaction,
  { search, state }: Callback,
  { options }: Context,
): Promise<Session> {
  const { params, appState } = transaction
  // Its own redirect_uri, as the URL that reached this machine may be that of a proxy.
  const url = new URL(params.redirect_uri)
  url.search = search
  const askedAt = Date.now()
  server.prefetchKeys() // if another process started the login: beside the code exchange
  const answer = await authorizationCodeGrant(
    server.config,
    url,
    {
      expectedState: state,
      expectedNonce: transaction.nonce,
      pkceCodeVerifier: transaction.codeVerifier,
      ...(params.max_age !== undefined && { maxAge: Number(params.max_age) }),
    },
    undefined,
    server.dpopOptions,
  ).catch(async (error: unknown) => {
    throw authorizationError(error, appState) ?? (await loginError(error, appState))
  })
  const user = userOf(answer.claims())
  checkOrganization(user, params.organization, appState)
  const wanted = { audience: params.audience ?? '', scope: params.scope }
  const token = createIssuedToken(answer, wanted, askedAt)
  if (server.dpop) checkBound(token)
  return {
    id: randomState(),
    user,
    domain: server.origin,
    ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
    tokens: [token],
    createdAt: (answer.claims()?.iat ?? 0) * 1000,
    expiresAt: askedAt + (options.sessionLifetime ?? SESSION_LIFETIME) * 1000,
    revision: 0,
  }
}

function unknownState(): LoginFlowError {
  return new LoginFlowError('unknown_state', {
    message:
      "This browser has no transaction of this callback's state: it was started in another one, or is completed or long over.",
  })
}

function expired({ appState }: LoginTransaction): LoginFlowError {
  return new LoginFlowError('expired', {
    message: 'The login was started more than an hour ago; start again.',
    appState,
  })
}
