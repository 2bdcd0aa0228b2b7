import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Emulator } from '@connected-accounts/emulator'
import { expect, test } from '@connected-accounts/emulator/playwright'

/** An application of which no more is seen than where people come back to. */
const application = createServer((_request, response) => response.end('the application'))
let origin = ''
test.beforeAll(async () => {
  await once(application.listen(0, 'localhost'), 'listening')
  const address = application.address()
  origin = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
})
test.afterAll(() => {
  application.closeAllConnections()
  application.close()
})

const loginUrl = (url: string, origin: string) =>
  `${url}/authorize?${new URLSearchParams({
    client_id: 'spa',
    response_type: 'code',
    redirect_uri: `${origin}/callback`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })}`

async function startConnect(
  { url, issueAccessToken }: Pick<Emulator, 'url' | 'issueAccessToken'>,
  user_id: string,
  origin: string,
): Promise<string> {
  const authorization = `Bearer ${await issueAccessToken({ user_id })}`
  const response = await fetch(`${url}/me/v1/connected-accounts/connect`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ connection: 'acme', redirect_uri: `${origin}/connected` }),
  })
  const { connect_uri, connect_params } = await response.json()
  return `${connect_uri}?ticket=${connect_params.ticket}`
}

test('a login finds the first user logged in, and needs no form', async ({ page, emulator }) => {
  await page.goto(loginUrl(emulator.url, origin))
  expect(new URL(page.url()).searchParams.get('code')).toBeTruthy()
})

test.describe('with another user', () => {
  test.use({ userEmail: 'bob@example.test' })

  test('it is the one who is logged in', async ({ page, user, emulator }) => {
    expect(user.user_id).toBe('auth0|bob')
    await page.goto(loginUrl(emulator.url, origin))
    const code = new URL(page.url()).searchParams.get('code') ?? ''
    const response = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'spa',
        code,
        redirect_uri: `${origin}/callback`,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }),
    })
    const [, claims = ''] = (await response.json()).id_token.split('.')
    expect(JSON.parse(atob(claims))).toMatchObject({ sub: 'auth0|bob' })
  })
})

test.describe('with nobody', () => {
  test.use({ userEmail: 'nobody' })

  test('a login meets its form', async ({ page, emulator }) => {
    await page.goto(loginUrl(emulator.url, origin))
    await expect(page.getByLabel('Email address')).toBeVisible()
  })
})

test('connect has accounts connected before the page is opened', async ({ connect, emulator }) => {
  const accounts = await connect('acme', { count: 3 })
  expect(accounts.map(({ connection }) => connection)).toEqual(['acme', 'acme', 'acme'])
  expect(emulator.logs).toEqual([])
})

test('the accounts of the test before are forgotten', async ({ emulator, user }) => {
  const token = await emulator.issueAccessToken({ user_id: user.user_id })
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, { headers })
  expect(await response.json()).toEqual({ accounts: [] })
})

test('consent walks through the page of the provider', async ({
  page,
  emulator,
  user,
  consent,
}) => {
  await page.goto(await startConnect(emulator, user.user_id, origin))
  await consent({ account: 'alice.work@acme.example' })
  expect(page.url()).toContain('connect_code=')
})

test('consent refuses on the page of a popup', async ({ page, emulator, user, consent }) => {
  await page.goto(origin)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(
      (url) => void window.open(url),
      await startConnect(emulator, user.user_id, origin),
    ),
  ])
  await consent({ page: popup, decision: 'cancel' })
  expect(popup.url()).toContain('error=access_denied')
})
