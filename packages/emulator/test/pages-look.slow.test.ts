import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { button } from '@connected-accounts/testing/chromium/person'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let browser: Browser
let emulator: Emulator
let axe: string

beforeAll(async () => {
  browser = await launchChromium()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(async () => {
  await browser.close()
  await emulator.close()
})

const user_id = 'auth0|alice'

/** Starts a connect flow as Alice and returns its link. */
async function startConnect(): Promise<string> {
  const headers = {
    authorization: `Bearer ${await emulator.issueAccessToken({ user_id })}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ connection: 'acme', redirect_uri: 'http://localhost:3000/' })
  const url = `${emulator.url}/me/v1/connected-accounts/connect`
  const { connect_uri, connect_params } = await (
    await fetch(url, { method: 'POST', headers, body })
  ).json()
  return `${connect_uri}?ticket=${connect_params.ticket}`
}

/** Returns the URL of a login of the client `spa`, with other parameters if they are passed. */
function authorizeUrl(params: Record<string, string> = {}): string {
  const url = new URL('/authorize', emulator.url)
  url.search = new URLSearchParams({
    client_id: 'spa',
    response_type: 'code',
    redirect_uri: `${emulator.url}/`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...params,
  }).toString()
  return url.href
}

async function askForConsent(): Promise<string> {
  const { clients } = emulator.tenant.get()
  emulator.tenant.set({
    clients: clients.map((one) =>
      one.client_id === 'spa' ? { ...one, is_first_party: false } : one,
    ),
  })
  return authorizeUrl()
}

async function usedLink(): Promise<string> {
  const link = await startConnect()
  await emulator.consent(link)
  return link
}

async function down(): Promise<string> {
  emulator.failNext('providerAuthorize', { switches: { provider: 'down' } })
  return startConnect()
}

/** Every page, by what its heading says, and how to come to it. */
const PAGES: [heading: string, open: () => string | Promise<string>][] = [
  ['Log in', authorizeUrl],
  ['Authorize Single page application?', askForConsent],
  ['Allow access to your Acme account?', startConnect],
  ['The account cannot be connected', usedLink],
  ['This callback cannot be used', () => `${emulator.url}/login/callback`],
  ['The provider is down', down],
  ['This login is over', () => `${emulator.url}/u/login/used`],
  ['This request is not possible', () => authorizeUrl({ redirect_uri: 'https://x.example/' })],
  ['You are logged out', () => `${emulator.url}/v2/logout`],
  ['This page does not exist', () => `${emulator.url}/nowhere`],
  ['This logout is not possible', () => `${emulator.url}/v2/logout?client_id=nobody`],
]

/** Fills the tabs of the page at `/`, also with what failed. */
async function fillTabs(): Promise<void> {
  await emulator.seed({ user_id, connection: 'google-oauth2', count: 3 })
  emulator.failNext('getToken', { status: 503, headers: { 'retry-after': '1' } })
  emulator.switches.set({ largeTake: 'refused' })
  await fetch(await usedLink())
  const failed = Array.from({ length: 60 }, () => fetch(`${emulator.url}/me/v1/nothing?take=1`))
  await Promise.all(failed.map(async (response) => (await response).text()))
}

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [390, 1280].map((width): [string, BrowserContextOptions] => [
    `${width} pixels, ${colorScheme}`,
    { colorScheme, viewport: { width, height: 800 } },
  ]),
)

async function inPage(options: BrowserContextOptions, look: (page: Page) => Promise<void>) {
  const context = await browser.newContext(options)
  try {
    await look(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Returns what axe finds, and by how much the document is wider than the window or longer than its content. */
async function flawsOf(page: Page): Promise<unknown> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  const { width, height } = await page.evaluate(() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement
    const content = Math.ceil(document.body.getBoundingClientRect().bottom + scrollY)
    return {
      width: scrollWidth - clientWidth,
      height: Math.max(0, scrollHeight - Math.max(content, clientHeight)),
    }
  })
  const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
  return { found, width, height }
}

const flawless = { found: [], width: 0, height: 0 }

describe.each(LOOKS)('With %s', (_name, options) => {
  it.each(['start', 'requests', 'users', 'tenant', 'faults'])(
    'the tab %s is accessible, is as wide as the window and as long as its content',
    async (tab) => {
      await fillTabs()
      await inPage(options, async (page) => {
        await page.goto(`${emulator.url}/?tab=${tab}`)
        expect(await flawsOf(page)).toEqual(flawless)
      })
    },
  )
})

describe.each([LOOKS[0], LOOKS[3]].filter((look) => look !== undefined))(
  'With %s',
  (_name, options) => {
    it.each(PAGES)(
      'the page “%s” is accessible and as wide as the window',
      async (heading, open) => {
        const url = await open()
        await inPage(options, async (page) => {
          await page.goto(url)
          if (heading.startsWith('Authorize')) await page.getByText('Log in as Alice').click()
          await page.getByRole('heading', { level: 1, name: heading }).waitFor()
          expect(await flawsOf(page)).toEqual(flawless)
        })
      },
    )
  },
)

describe('The login page', () => {
  it('says that it is the emulator’s, and logs in as a user with one click, without scripts', async () => {
    await inPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(authorizeUrl())
      expect(await page.locator('main').textContent()).toContain('of the emulator, not of Auth0')
      await page.getByRole('button', { name: 'Log in as Bob' }).click()
      await page.waitForURL(`${emulator.url}/?*`)
      expect(new URL(page.url()).searchParams.get('code')).toBeTruthy()
      const { requests } = await (await fetch(`${emulator.url}/_emulator/requests`)).json()
      expect(requests.at(-1)).toMatchObject({ path: '/authorize/…', user_id: 'auth0|bob' })
    })
  })

  it('offers nobody where the organization has no passwords, and takes nobody’s name for one', async () => {
    const { organizations, connections } = emulator.tenant.get()
    const names = connections.map(({ name }) => name).filter((name) => name === 'google-oauth2')
    emulator.tenant.set({
      organizations: organizations.map((one) => ({ ...one, connections: names })),
    })
    await inPage({}, async (page) => {
      await page.goto(authorizeUrl({ organization: 'org_example' }))
      await button(page, 'Continue with Google').waitFor()
      expect(await page.getByRole('button', { name: 'Log in as' }).count()).toBe(0)
      const posted = await page.request.post(page.url(), { form: { user: 'auth0|alice' } })
      expect(posted.status()).toBe(400)
    })
  })

  it('offers the first five users', async () => {
    const { users } = emulator.tenant.get()
    const more = Array.from({ length: 9 }, (_, number) => ({
      user_id: `auth0|${number}`,
      email: `user.${number}@example.test`,
      name: `User ${number}`,
      password: 'password',
    }))
    emulator.tenant.set({ users: [...users, ...more] })
    await inPage({}, async (page) => {
      await page.goto(authorizeUrl())
      expect(await page.getByRole('button', { name: 'Log in as' }).count()).toBe(5)
    })
  })
})

describe('An error page', () => {
  it.each([
    ['The account cannot be connected', 'was used already', 'connect the account again'],
    ['This callback cannot be used', 'does not belong to', 'start again'],
    ['The provider is down', 'is set to “down”', 'Set the switch to “up”'],
    ['This login is over', 'was used already', 'log in again'],
    [
      'This request is not possible',
      'https://x.example/ is not in the list',
      'Add the URL to callbacks',
    ],
    ['This logout is not possible', 'The client nobody does not exist', 'correct its logout'],
  ])(
    '“%s” says what happened and what to do, and leads to the requests',
    async (heading, reason, advice) => {
      const [, open] = PAGES.find(([title]) => title === heading) ?? []
      const url = (await open?.()) ?? ''
      await inPage({}, async (page) => {
        await page.goto(url)
        expect(await page.getByRole('alert').textContent()).toContain(reason)
        const text = await page.locator('main').textContent()
        expect(text?.replaceAll(/\s+/g, ' ')).toContain(advice)
        await page.getByRole('link', { name: 'this request and those before it' }).click()
        await page.getByRole('heading', { name: 'Requests' }).waitFor()
      })
    },
  )

  it.each<[string, Record<string, string>, string, string]>([
    ['invalid_client', { client_id: 'nobody' }, 'with the tenant', '?tab=tenant'],
    ['unsupported_response_type', { response_type: 'none' }, 'this request', '?tab=requests'],
  ])('of %s leads to where it is put right', async (code, params, link, target) => {
    await inPage({}, async (page) => {
      await page.goto(authorizeUrl({ redirect_uri: '', ...params }))
      expect(await page.locator('main').textContent()).toContain(`Error ${code}`)
      await page.getByRole('link', { name: link }).click()
      expect(page.url()).toBe(`${emulator.url}/${target}`)
    })
  })

  it('leads to what to paste from an address that does not exist', async () => {
    await inPage({}, async (page) => {
      await page.goto(`${emulator.url}/nowhere`)
      await page.getByRole('link', { name: 'what to paste' }).click()
      await page.getByRole('heading', { name: 'Paste into your application' }).waitFor()
    })
  })
})

it('the consent page of a login is answered with the keyboard', async () => {
  const url = await askForConsent()
  await inPage({}, async (page) => {
    await page.goto(url)
    await page.getByRole('button', { name: 'Log in as Alice' }).press('Enter')
    await button(page, 'Decline').press('Enter')
    await page.waitForURL(`${emulator.url}/?*`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
  })
})
