import { type BrowserContext, type Page, test as playwrightTest } from '@playwright/test'
import type { ConnectedAccount } from './connected-accounts.js'
import type { ConsentAnswer } from './consent.js'
import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.js'
import type { User } from './tenant.js'

/** What a project sets with `use`, once for its workers. */
export interface EmulatorWorkerFixtures {
  /** What the emulator of each worker is created with: by default a port that is free. */
  emulatorOptions: EmulatorOptions
  /** The emulator of this worker. */
  emulator: Emulator
}

/** What a test has of the emulator. */
export interface EmulatorFixtures {
  /** Has the emulator forget, before each test, what the one before did. */
  resetEmulator: undefined
  /** Email address of who is logged in at the tenant when the test begins: the tenant's first user by default, or `nobody`. */
  userEmail: string
  /** That user. Asking for it where nobody is logged in fails the test. */
  user: User
  /** Connects accounts of the user, without a page, and gives them in their order. One unless told otherwise. */
  connect(connection: string, options?: ConnectOptions): Promise<ConnectedAccount[]>
  /** Answers the provider's page to which `page` has gone or is going, and waits until it has left it. */
  consent(answer?: PageAnswer): Promise<void>
}

/** Which accounts to connect. */
export interface ConnectOptions {
  /** From 1 to 100, each another account at the provider. */
  count?: number
  /** One account for each of these addresses, in place of `count`. */
  emails?: string[]
}

/** What the person does, and where. */
export interface PageAnswer extends ConsentAnswer {
  /** The page that has gone to the provider, such as a popup; `page` by default. */
  page?: Page
}

/**
 * Playwright's `test` with an emulator for each worker, in whose tenant a user is logged in: an application that sends `page` to
 * log in gets it back without a form.
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
  // These two ask for the reset, or it would come behind them.
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
  throw new TypeError(`userEmail is no user of the tenant, which has ${listOf(users)}: ${email}`)
}

function listOf(users: readonly User[]): string {
  return users.map(({ email }) => email).join(', ')
}

// By the tenant's own page, whose cookie is what an application's login finds.
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
