import fc from 'fast-check'
import { oddText } from './hostile-values.js'
import { formType, query, type Requests, wire } from './hostile-wire.js'
import type { HostileWorld } from './hostile-world.js'

const upstreamFields = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code',
  'login_hint',
  'grant_type',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'token',
  'id',
  'account',
  'decision',
  'timeMin',
  'maxResults',
  'pageToken',
  'orderBy',
]

/** Requests to the third parties. */
export function upstreamRequests(world: HostileWorld): Requests {
  const known = {
    ...world.known,
    client_id: ['acme-client', 'acme'],
    redirect_uri: [`${world.emulator.url}/login/callback`],
    response_type: ['code'],
    grant_type: ['authorization_code', 'refresh_token'],
  }
  const path = fc.constantFrom(
    'authorize',
    'consent',
    'token',
    'revoke',
    'userinfo',
    'jwks',
    '.well-known/openid-configuration',
    'calendar/v3/calendars/primary/events',
    'constructor',
    '__proto__',
  )
  return fc
    .record({
      name: fc.oneof(fc.constantFrom('acme', 'google-oauth2'), oddText),
      path,
      query: query(upstreamFields, { known }),
      method: fc.constantFrom('GET', 'POST'),
      authorization: fc.oneof(
        oddText.map(wire),
        oddText.map((text) => `Basic ${btoa(wire(text))}`),
      ),
    })
    .map(({ name, path, query, method, authorization }) => ({
      method,
      target: `/upstream/${wire(name)}/${path}${method === 'GET' ? query : ''}`,
      headers: { authorization, ...(method === 'POST' && formType) },
      ...(method === 'POST' && { body: query.slice(1) }),
    }))
}

const authorizeFields = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'audience',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'connection',
  'connection_scope',
  'organization',
  'response_mode',
  'dpop_jkt',
  'ui_locales',
  'claims',
  'request',
  'request_uri',
  'resource',
  'id_token_hint',
  'web_message_uri',
  'returnTo',
  'post_logout_redirect_uri',
  'ticket',
  'code',
  'error',
  'iss',
  'username',
  'password',
  'decision',
]

/** Requests to the pages on which people log in and consent, and to the URLs before and after these pages. */
export function pageRequests(world: HostileWorld): Requests {
  const { login } = world
  const known = {
    ...world.known,
    response_type: ['code'],
    code_challenge: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
    code_challenge_method: ['S256'],
    response_mode: ['query', 'web_message', 'form_post', 'fragment'],
    prompt: ['none', 'login', 'consent'],
    username: ['alice@example.test'],
    organization: ['org_1'],
  }
  const path = fc.constantFrom(
    '/authorize',
    '/authorize',
    '/authorize/x',
    login.path,
    '/u/login/x',
    '/u/consent/x',
    '/u/login/',
    '/v2/logout',
    '/oidc/logout',
    '/connect',
    '/connected-accounts/connect',
    '/login/callback',
    '/userinfo',
    '/',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
  )
  const cookie = fc.oneof(
    fc.constant(login.cookie),
    oddText.map((text) => `${login.cookie}; ${wire(text)}`),
    oddText.map((text) => login.cookie.replace(/=[^;]*/, `=${wire(text)}`)),
  )
  return fc
    .record({
      path,
      cookie,
      query: query(authorizeFields, { known }),
      method: fc.constantFrom('GET', 'GET', 'POST'),
    })
    .map(({ path, cookie, query, method }) => ({
      method,
      target: path + (method === 'GET' ? query : ''),
      headers: { cookie, accept: 'text/html', ...(method === 'POST' && formType) },
      ...(method === 'POST' && { body: query.slice(1) }),
    }))
}
