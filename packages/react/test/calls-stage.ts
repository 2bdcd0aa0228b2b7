import {
  completeConnect,
  createConnectedAccountsClient,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { button, press } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'
import { beforeEach, expect } from 'vitest'
import { type CallsApi, calendarScope, createCallsApi } from './calls-api.js'
import type { CallsConfig } from './pages/calls.jsx'
import { type PopupStage, setUpPopupStage } from './popup-stage.js'

/** An application that calls its API, beside an emulator. */
export interface CallsStage extends PopupStage {
  api: CallsApi
  /** Opens the application in another tab, with this configuration. */
  openCalls(config: Omit<CallsConfig, 'apiToken'>): Promise<Page>
  /** Connects one of Alice's accounts at Google without the application. */
  connect(options?: { account?: string; scopes?: string[] }): Promise<string>
  /** Ends the grant of every account at the provider, so that Token Vault gets no more tokens. */
  revoke(): void
}

/** Alice's accounts at the provider, in the order of the consent page. */
export const own = 'alice@google.example'
export const ofWork = 'alice.work@google.example'

/** Serves the application for the tests of a file. */
export function setUpCallsStage(): () => CallsStage {
  const api = createCallsApi(() => stage().emulator)
  const stage = setUpPopupStage([api.plugin])
  beforeEach(() => {
    api.reset()
  })
  return () => {
    const { context, emulator, origin } = stage()
    return {
      ...stage(),
      api,
      async openCalls(config) {
        const audience = 'https://api.example.test/'
        const apiToken = await emulator.issueAccessToken({ user_id: 'auth0|alice', audience })
        const calls: CallsConfig = { ...config, apiToken }
        await context.addInitScript((given) => Object.assign(window, { calls: given }), calls)
        const page = await context.newPage()
        await page.goto(`${origin}/calls.html`)
        return page
      },
      async connect({ account = own, scopes = [calendarScope, 'offline_access'] } = {}) {
        const accessToken = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
        const client = createConnectedAccountsClient({ domain: emulator.url, accessToken })
        const transactions = memoryTransactions()
        const redirectUri = `${origin}/calls.html`
        const flow = { connection: 'google-oauth2', redirectUri, transactions, scopes }
        const { url } = await startConnect(client, flow)
        const callbackUrl = await emulator.consent(url, { account })
        const completed = await completeConnect(client, { callbackUrl, transactions })
        return completed.account.id
      },
      revoke() {
        emulator.switches.set({ providerRefreshToken: 'revoked' })
        emulator.clock.advance(3601)
      },
    }
  }
}

/** Waits until a part of the page has this text. */
export async function shows(page: Page, title: string, text: string | RegExp): Promise<void> {
  const part = page.getByTitle(title, { exact: true })
  await expect.poll(() => part.textContent(), { timeout: 10_000 }).toMatch(text)
}

/** What the page says is missing. */
export async function requiredOf(page: Page): Promise<unknown> {
  return JSON.parse((await page.getByTitle('required', { exact: true }).textContent()) ?? '')
}

/** The call that the page offers. */
export async function pendingOf(page: Page): Promise<unknown> {
  return JSON.parse((await page.getByTitle('pending', { exact: true }).textContent()) ?? '')
}

/** Presses Reconnect; returns the popup once it shows the provider's page. */
export async function reconnectInPopup(page: Page): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, 'Reconnect')])
  await button(popup, 'Allow').waitFor()
  return popup
}

/** Presses Reconnect, and waits for the provider's page in place of the application. */
export async function reconnectByRedirect(page: Page): Promise<void> {
  await press(page, 'Reconnect')
  await button(page, 'Allow').waitFor()
}

/** Chooses the other account at the provider. */
export async function chooseWork(page: Page): Promise<void> {
  await page.getByText(ofWork).click()
}
