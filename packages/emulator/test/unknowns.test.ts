import { browse } from '@connected-accounts/testing/person/consent'
import { describe, expect, it } from 'vitest'
import { SWITCHES, type Switches } from '../src/faults/switches.js'
import { type Claims, createCaller, createTestBed, mintToken, PKCE } from './context.js'

const redirectUri = 'http://localhost:3000/connected'

/** Alice at the My Account API. */
async function createUser() {
  const bed = await createTestBed()
  const call = createCaller(bed)
  const withToken = async (path: string, options: object = {}, claims: Claims = {}) =>
    call(path, { token: await mintToken(bed.context, claims), ...options })
  const connect = (change: object = {}) => {
    const body = {
      connection: 'acme',
      redirect_uri: redirectUri,
      state: 'connect.abc',
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
    }
    return withToken('/connect', { body: { ...body, ...change } })
  }
  const connectAccount = async (account?: string) => {
    const { auth_session, connect_uri, connect_params } = await (await connect()).json()
    const callback = await browse(
      bed.resources.fetch,
      `${connect_uri}?ticket=${connect_params.ticket}`,
      { stop: (url) => url.startsWith(redirectUri), ...(account && { account }) },
    )
    const connect_code = callback.searchParams.get('connect_code')
    const code_verifier = PKCE.verifier
    const body = { auth_session, connect_code, redirect_uri: redirectUri, code_verifier }
    return withToken('/complete', { body })
  }
  const seed = (connection: string) => {
    const body = JSON.stringify({ user_id: 'auth0|alice', connection })
    const url = `${bed.context.url}/_emulator/accounts`
    return bed.resources.fetch(new Request(url, { method: 'POST', body }))
  }
  return { ...bed, call: withToken, connect, connectAccount, seed }
}

type User = Awaited<ReturnType<typeof createUser>>

interface Case<Name extends keyof Switches> {
  name: Name
  row: string
  observe(user: User): Promise<unknown>
  /** What is seen for each value of the switch, the default first. */
  seen: Partial<Record<Switches[Name], unknown>>
}

const given = <Name extends keyof Switches>(one: Case<Name>) => one

const cases = [
  given({
    name: 'connectPath',
    row: '1',
    observe: async ({ connectAccount, connect }) => {
      const { connect_uri } = await (await connect()).json()
      return [new URL(connect_uri).pathname, (await connectAccount()).status]
    },
    seen: {
      '/connect': ['/connect', 201],
      '/connected-accounts/connect': ['/connected-accounts/connect', 201],
    },
  }),
  given({
    name: 'completeStatus',
    row: '3',
    observe: async ({ connectAccount }) => (await connectAccount()).status,
    seen: { 201: 201, 200: 200 },
  }),
  given({
    name: 'connectState',
    row: '4',
    observe: async ({ connect }) => [
      (await connect()).status,
      (await connect({ state: undefined })).status,
    ],
    seen: { optional: [201, 201], required: [201, 400] },
  }),
  given({
    name: 'completeScopes',
    row: '5',
    observe: async ({ connectAccount, call }) => {
      const answer = await (await connectAccount()).json()
      const { accounts } = await (await call('/accounts')).json()
      return ['scopes' in answer, 'scopes' in accounts[0]]
    },
    seen: { sent: [true, true], absent: [false, true] },
  }),
  given({
    name: 'accessType',
    row: '6',
    observe: async ({ connect }) => [
      (await connect({ authorization_params: { prompt: 'consent' } })).status,
      (await connect({ authorization_params: { access_type: 'offline' } })).status,
    ],
    seen: { accepted: [201, 201], refused: [201, 400] },
  }),
  given({
    name: 'connectionList',
    row: '8',
    observe: async ({ seed, call }) => {
      await seed('github')
      const { connections } = await (await call('/connections')).json()
      const names = connections.map(({ name }: { name: string }) => name)
      return [names.includes('github'), names.includes('acme')]
    },
    seen: { available: [true, true], linked: [true, false] },
  }),
  given({
    name: 'largeTake',
    row: '9',
    observe: async ({ call }) => [
      (await call('/accounts?take=20')).status,
      (await call('/accounts?take=21')).status,
      (await call('/connections?take=21')).status,
    ],
    seen: { capped: [200, 200, 200], refused: [200, 400, 400] },
  }),
  given({
    name: 'accountList',
    row: '10',
    observe: async ({ seed, call }) => {
      await seed('acme')
      const count = async (claims: Claims) =>
        (await (await call('/accounts', {}, claims)).json()).accounts.length
      return [await count({}), await count({ org_id: 'org_other' })]
    },
    seen: { all: [1, 1], organization: [1, 0] },
  }),
  given({
    name: 'unknownAccount',
    row: '11',
    observe: async ({ call }) => {
      const answer = await call('/accounts/cac_unknown', { method: 'DELETE' })
      return answer.status
    },
    seen: { 404: 404, 204: 204 },
  }),
  given({
    name: 'sameAccount',
    row: '12',
    observe: async ({ connectAccount }) => [
      (await connectAccount()).status,
      (await connectAccount()).status,
      (await connectAccount('alice.work@acme.example')).status,
    ],
    seen: { updated: [201, 201, 201], refused: [201, 409, 201] },
  }),
  given({
    name: 'secondAccount',
    row: '12',
    observe: async ({ connectAccount, seed }) => {
      await seed('github')
      return [
        (await connectAccount()).status,
        (await connectAccount()).status,
        (await connectAccount('alice.work@acme.example')).status,
      ]
    },
    seen: { added: [201, 201, 201], refused: [201, 201, 409] },
  }),
  given({
    name: 'problemType',
    row: '13',
    observe: async ({ call, connect }) => [
      (await call('/nowhere')).headers.get('content-type'),
      (await connect()).headers.get('content-type'),
    ],
    seen: {
      'application/json': ['application/json', 'application/json'],
      'application/problem+json': ['application/problem+json', 'application/json'],
    },
  }),
]

describe('What is unknown about the My Account API has a switch (EVIDENCE, disagreements)', () => {
  it.each(cases)('$name, of row $row', async ({ name, observe, seen }) => {
    expect(Object.keys(seen).sort()).toEqual([...SWITCHES[name]].sort())
    for (const value of SWITCHES[name]) {
      const user = await createUser()
      user.context.switches.set({ [name]: value })
      const all: Record<string, unknown> = seen
      expect(await observe(user), value).toEqual(all[value])
    }
  })
})

describe('What such a switch has refused', () => {
  it('names the part of the request', async () => {
    const { connect, call, context } = await createUser()
    context.switches.set({ connectState: 'required', accessType: 'refused', largeTake: 'refused' })
    const errorsOf = async (answer: Response) => (await answer.json()).validation_errors
    expect(await errorsOf(await connect({ state: undefined }))).toMatchObject([{ field: 'state' }])
    const authorization_params = { access_type: 'offline' }
    expect(await errorsOf(await connect({ authorization_params }))).toMatchObject([
      { field: 'access_type', pointer: '/authorization_params' },
    ])
    expect(await errorsOf(await call('/accounts?take=21'))).toMatchObject([{ field: 'take' }])
  })
})
