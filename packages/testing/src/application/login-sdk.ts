import type { Auth0ClientOptions } from '@auth0/auth0-spa-js'
import type { Page } from 'playwright-core'
import { logInAs, press } from '../chromium/person.js'
import type { Stage } from './stage.js'
import type {} from './window.js'

/** The audience of the API for which the application logs in. The default tenant has it. */
export const API = 'https://api.example.test/'

type Shown = Record<string, unknown>

// The options that the SDK's documentation shows for Connected Accounts, with scopes by audience. If the tenant has a custom
// domain, the application uses it.
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

/** Opens the application. `more` adds or replaces options of its Auth0 client. */
export async function open(stage: Stage, more: Partial<Auth0ClientOptions> = {}): Promise<void> {
  await stage.context.addInitScript(
    (given) => {
      window.options = given
    },
    options(stage, more),
  )
  await stage.page.goto(stage.origin)
}

/** Opens the application and logs Alice in by redirect. */
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

/** Waits until the last button or callback has a result, and returns what the page shows of it. */
export async function shown(page: Page): Promise<Shown> {
  const text = await page.locator('output').textContent()
  return JSON.parse(text ?? '')
}

/** Presses a button that opens the consent page, makes a choice there, and returns what the callback page shows. */
export async function connect(
  page: Page,
  name: string,
  answer: 'Allow' | 'Cancel' = 'Allow',
): Promise<Shown> {
  await press(page, name)
  await press(page, answer)
  return shown(page)
}
