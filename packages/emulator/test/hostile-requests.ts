import { readOpenApi } from '@connected-accounts/testing/openapi'
import fc from 'fast-check'
import management from '../src/generated/management.json' with { type: 'json' }
import myAccount from '../src/generated/my-account.json' with { type: 'json' }
import { authorized, oddHeaders } from './hostile-headers.js'
import { pageRequests, upstreamRequests } from './hostile-pages.js'
import { oddText, oneThingWrong } from './hostile-values.js'
import { form, jsonBody, query, type Requests, wire } from './hostile-wire.js'
import type { HostileWorld } from './hostile-world.js'
import { fitting, type Schema } from './schema-arbitrary.js'

const authentication = readOpenApi('authentication')

/** Requests to each part of an emulator, most of them with one thing wrong. */
export const hostileRequests: Record<string, (world: HostileWorld) => Requests> = {
  'the APIs': (world) =>
    withOddHeaders(
      ...apiRequests(world, { document: myAccount, path: '/me/v1' }),
      ...apiRequests(world, { document: management, path: '/api/v2' }),
    ),
  'the authorization server': (world) =>
    withOddHeaders(tokenRequests(world), pageRequests(world), pageRequests(world)),
  'the third parties': (world) => withOddHeaders(upstreamRequests(world)),
  'the control API': () => withOddHeaders(controlRequests(), oddRequests),
}

const oddRequests: Requests = oddText.map((path) => ({
  method: 'GET',
  target: `/${wire(path)}`,
  headers: {},
}))

function withOddHeaders(...requests: Requests[]): Requests {
  return fc.tuple(fc.oneof(...requests), oddHeaders).map(([request, headers]) => ({
    ...request,
    headers: { ...request.headers, ...headers },
  }))
}

interface Api {
  document: {
    paths: Record<string, Record<string, object>>
    components: { schemas: Record<string, unknown> }
  }
  path: string
}

interface Operation {
  parameters?: { $ref?: string; name?: string; in?: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

function apiRequests(world: HostileWorld, { document, path }: Api): Requests[] {
  const source = { document, known: world.known }
  return Object.entries(document.paths).flatMap(([template, item]) =>
    Object.entries(item).map(([method, operation]: [string, Operation]) => {
      const schema = operation.requestBody?.content['application/json']?.schema
      return fc
        .record({
          id: fc.oneof(fc.constantFrom('spa', 'auth0|alice', 'con_acme', 'cac_1'), oddText),
          query: query(['from', 'take', 'connection'], world),
          body: schema ? jsonBody(fitting(source, schema)) : fc.constant(undefined),
          authorization: authorized(world, { path: path + template, method: method.toUpperCase() }),
          method: oddMethod(method.toUpperCase()),
        })
        .map(({ id, query, body, authorization, method }) => ({
          method,
          target: `${path}${template.replace('{id}', wire(id))}${query}`,
          ...authorization,
          headers: { ...authorization.headers, 'content-type': 'application/json' },
          ...(body !== undefined && { body }),
        }))
    }),
  )
}

function tokenRequests(world: HostileWorld): Requests {
  const source = { document: authentication, known: world.known }
  const grant = fitting(source, { $ref: '#/components/schemas/TokenRequest' })
  const client = fc.constantFrom(
    { client_id: 'web', client_secret: 'web-secret' },
    { client_id: 'spa', client_secret: undefined },
    {},
  )
  const assertion = { client_assertion: undefined, client_assertion_type: undefined }
  const valid = fc.oneof(
    grant,
    fc.tuple(grant, client).map((parts) => Object.assign({}, ...parts, assertion)),
  )
  const body = fc.oneof(
    oneThingWrong(valid).map((value) => ({
      type: 'application/x-www-form-urlencoded',
      body: form(value),
    })),
    jsonBody(valid).map((body) => ({ type: 'application/json', body })),
    oddText.map((body) => ({ type: 'application/x-www-form-urlencoded; charset=x', body })),
  )
  const endpoint = fc.constantFrom('/oauth/token', '/oauth/token', '/oauth/revoke', '/userinfo')
  return fc
    .tuple(endpoint, body, authorized(world, { path: '/oauth/token', method: 'POST' }), chance)
    .map(([target, { type, body }, { headers, proof }, isAuthorized]) => ({
      method: 'POST',
      target,
      headers: { ...(isAuthorized && headers), 'content-type': type },
      ...(proof !== undefined && { proof }),
      body,
    }))
}

const control: Record<string, readonly unknown[]> = {
  faults: [
    {
      operation: 'getToken',
      status: 500,
      headers: { 'retry-after': '1' },
      problem: { detail: 'x' },
    },
    { operation: 'getConnectedAccounts', damage: 'truncated_body', times: 2 },
    { operation: 'authorize', probability: 0.5, seed: 1, delay: 1 },
  ],
  switches: [{ callback: 'query', connectState: 'required' }],
  clock: [{ advance: 5, skewProofs: -5 }],
  accounts: [{ user_id: 'auth0|alice', connection: 'acme', count: 2 }, { emails: ['a@b.example'] }],
  tenant: [
    { users: [{ user_id: 'auth0|z', email: 'z@z.example', name: 'Z', password: 'z' }] },
    { organizations: [{ id: 'org_1', name: 'o', display_name: 'O', members: ['auth0|alice'] }] },
    { client_grants: [{ client_id: 'spa', audience: 'https://api.example.test/', scope: ['a'] }] },
    { connections: [] },
    { clients: [] },
    { apis: [] },
  ],
  reset: [{}],
  requests: [{}],
  logs: [{}],
}

function controlRequests(): Requests {
  const valid = Object.entries(control).flatMap(([name, bodies]) =>
    bodies.map((body) => jsonBody(fc.constant(body)).map((body) => ({ name, body }))),
  )
  const method = fc.constantFrom(...Array<string>(8).fill('POST'), 'DELETE', 'PUT')
  const more = fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: oddText.map((text) => `/${wire(text)}`) },
  )
  return fc.tuple(fc.oneof(...valid), method, more).map(([{ name, body }, method, more]) => ({
    method,
    target: `/_emulator/${name}${more}`,
    headers: { 'content-type': 'application/json' },
    body,
  }))
}

const chance = fc.constantFrom(true, ...Array<boolean>(5).fill(false))

function oddMethod(method: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(method) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'),
    },
  )
}
