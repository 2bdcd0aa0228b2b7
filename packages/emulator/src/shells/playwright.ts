import { type BrowserContext, type Page, test as playwrightTest } from '@playwright/test'
import type { ConsentAnswer } from '../control/consent.js'
import { createEmulator, type Emulator, type EmulatorOptions } from '../emulator.js'
import type { User } from '../tenant/tenant.js'
import type { ConnectedAccount } from '../vault/connected-accounts.js'

/** The fixtures that exist once for each worker. Set options in the Playwright configuration with `use`. */
export interface EmulatorWorkerFixtures {
  /** The options of each worker's emulator. By default, it listens on a free port. */
  emulatorOptions: EmulatorOptions
  /** The emulator of this worker. */
  emulator: Emulator
}

/** The fixtures of each test. */
export interface EmulatorFixtures {
  /** Resets the emulator before each test. It runs automatically. */
  resetEmulator: undefined
  /** The email address of the user who is logged in when the test begins: by default the tenant's first user. `nobody` for no user. */
  userEmail: string
  /** The user who is logged in. The test fails if it uses this fixture with `userEmail: 'nobody'`. */
  user: User
  /**
   * Connects accounts of the user without a page: one account by default.
   *
   * @returns the connected accounts, in their order.
   */
  connect(connection: string, options?: ConnectOptions): Promise<ConnectedAccount[]>
  /** Waits for the provider's consent page, allows or cancels, and waits until the browser is back at your application. */
  consent(answer?: PageAnswer): Promise<void>
}

/** The options of the fixture `connect`. */
export interface ConnectOptions {
  /** How many accounts to connect, from 1 to 100. Each is a different account at the provider. */
  count?: number
  /** The email addresses of the accounts, one account for each. Use it in place of `count`. */
  emails?: string[]
}

/** What to do on the consent page, and in which page of the browser. */
export interface PageAnswer extends ConsentAnswer {
  /** The browser page that shows the provider, for example a popup: the fixture `page` by default. */
  page?: Page
}

/**
 * Playwright's `test` with an emulator for each worker. A user is logged in at the tenant: if your application sends `page` to the
 * login, the tenant redirects it back without a form.
 *
 * @example
 * ```ts
 * test('connects an account', async ({ page, consent }) => {
 *   await page.goto('http://localhost:3000')
 *   await page.getByRole('button', { name: 'Connect GitHub' }).click()
 *   await consent()
 *   await expect(page.getByRole('listitem')).toHaveText('github')
 * })
 * ```
 */
export const test = playwrightTest.extend<EmulatorFixtures, EmulatorWorkerFixtures>({
  emulatorOptions: [{ port: 0 }, { scope: 'worker', option: true }],
  emulator: [
    async ({ emulatorOptions }, use) => {
      const emulator = await createEmulator(emulatorOptions)
      await use(emulator)
      await emulator.close()
    },
    { scope: 'worker' },
  ],
  userEmail: ['', { option: true }],
  user: async ({ emulator, userEmail }, use) => {
    await use(userOf(emulator, userEmail))
  },
  resetEmulator: [
    async ({ emulator }, use) => {
      emulator.reset()
      await use(undefined)
    },
    { auto: true },
  ],
  // The fixtures `context` and `connect` depend on `resetEmulator`, so that the reset runs before them.
  context: async ({ context, resetEmulator: _, emulator, userEmail }, use) => {
    if (userEmail !== 'nobody') await logIn(context, emulator, userOf(emulator, userEmail))
    await use(context)
  },
  connect: async ({ resetEmulator: _, emulator, user: { user_id } }, use) => {
    await use((connection, options = {}) => emulator.seed({ user_id, connection, ...options }))
  },
  consent: async ({ page, emulator }, use) => {
    await use((answer) => answerProvider(emulator, { page, ...answer }))
  },
})

export { expect } from '@playwright/test'

function userOf({ users }: Emulator, email: string): User {
  const user = email === '' ? users[0] : users.find((known) => known.email === email)
  if (user) return user
  throw new TypeError(`userEmail must be a user of the tenant (${listOf(users)}): ${email}`)
}

function listOf(users: readonly User[]): string {
  return users.map(({ email }) => email).join(', ')
}

// Logs in on the tenant's own page, which sets the session cookie that an application's login uses later.
async function logIn(context: BrowserContext, emulator: Emulator, user: User): Promise<void> {
  const url = new URL('/authorize', emulator.url)
  url.search = new URLSearchParams({
    client_id: emulator.clients.spa.clientId,
    response_type: 'code',
    redirect_uri: `${emulator.url}/`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString()
  const page = await context.newPage()
  await page.goto(url.href)
  await page.locator('#username').fill(user.email)
  await page.locator('#password').fill(user.password)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.waitForURL(`${emulator.url}/?*`)
  await page.close()
}

async function answerProvider(
  { url }: Emulator,
  { page, account, decision = 'allow' }: PageAnswer & { page: Page },
): Promise<void> {
  await page.waitForURL(`${url}/upstream/*/authorize?*`)
  if (account !== undefined) await page.getByRole('radio', { name: account }).check()
  const name = decision === 'allow' ? 'Allow' : 'Cancel'
  await page.getByRole('button', { name, exact: true }).click()
  await page.waitForURL((there) => there.origin !== url)
}
