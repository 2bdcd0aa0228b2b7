import type { Auth0ClientOptions } from '@auth0/auth0-spa-js'
import type { Page } from 'playwright-core'
import { logInAs, press, type Stage } from './chromium.js'
import type { Answer, Call } from './pages/spa.js'

/** An API of the default tenant, for which the application logs in. */
export const API = 'https://api.example.test/'

type Shown = Record<string, unknown>

// What the SDK's documentation has for Connected Accounts, with scopes by audience, and more or others. Where the tenant has a
// custom domain, the application uses that.
function options(
  { emulator, origin }: Stage,
  { authorizationParams, ...others }: Partial<Auth0ClientOptions>,
): Auth0ClientOptions {
  return {
    domain: emulator.domains.at(-1) ?? '',
    clientId: emulator.clients.spa.clientId,
    cacheLocation: 'localstorage',
    useRefreshTokens: true,
    useMrrt: true,
    authorizationParams: {
      audience: API,
      redirect_uri: origin,
      scope: { [API]: 'profile email read:calendar' },
      ...authorizationParams,
    },
    ...others,
  }
}

/** Opens the application with these options for the SDK. */
export async function open(stage: Stage, more: Partial<Auth0ClientOptions> = {}): Promise<void> {
  await stage.context.addInitScript(
    (given) => {
      window.options = given
    },
    options(stage, more),
  )
  await stage.page.goto(stage.origin)
}

/** Opens the application and logs in by redirect. */
export async function openAndLogIn(
  stage: Stage,
  more: Partial<Auth0ClientOptions> = {},
): Promise<void> {
  await open(stage, more)
  await press(stage.page, 'Log in')
  await logInAs(stage.page)
  const { error } = await shown(stage.page)
  if (error) throw new Error(`The login failed: ${JSON.stringify(error)}`)
}

/** What the page shows of the last button or callback, once that is over. */
export async function shown(page: Page): Promise<Shown> {
  const text = await page.locator('output').textContent()
  return JSON.parse(text ?? '')
}

/** Presses a button that leaves to the consent page, answers there, and gives what the callback became. */
export async function connect(
  page: Page,
  name: string,
  answer: 'Allow' | 'Cancel' = 'Allow',
): Promise<Shown> {
  await press(page, name)
  await press(page, answer)
  return shown(page)
}

/** Calls the My Account API in the page, with the SDK's fetcher. */
export function call(page: Page, request: Call): Promise<Answer> {
  return page.evaluate((given) => window.callMyAccount(given), request)
}
