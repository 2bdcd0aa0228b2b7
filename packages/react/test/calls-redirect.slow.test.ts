import { press } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { requiredResponse } from './calls-api.js'
import {
  chooseWork,
  pendingOf,
  reconnectByRedirect,
  requiredOf,
  setUpCallsStage,
  shows,
} from './calls-stage.js'
import type { CallsConfig } from './pages/calls.jsx'

const stage = setUpCallsStage()

/** Opens an application that leaves the page to reconnect, and has its call refused. */
async function openRefused(config: Partial<CallsConfig> = {}) {
  const page = await stage().openCalls({ form: 'call', ...config })
  await press(page, 'Create')
  await shows(page, 'status', 'needs_connection')
  return page
}

/** Opens one whose person is at the provider. */
async function openAway(config: Partial<CallsConfig> = {}) {
  const page = await openRefused(config)
  await reconnectByRedirect(page)
  return page
}

/** Opens one whose person has come back, and is offered to go on. */
async function openBack() {
  const page = await openAway()
  await press(page, 'Allow')
  await shows(page, 'pending', 'Lunch')
  return page
}

/** Checks that a page that has settled offers nothing. */
async function offersNothing(page: Page) {
  await shows(page, 'health', /^(not_)?connected$/)
  await shows(page, 'status', 'idle')
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
}

test('after a redirect the call waits for the person, who makes it once', async () => {
  const page = await openBack()
  expect(await pendingOf(page)).toEqual({
    variables: { title: 'Lunch' },
    isDifferentAccount: false,
  })
  await shows(page, 'status', 'idle')
  expect(stage().api.calls).toHaveLength(1)
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  await shows(page, 'data', 'Lunch')
  await page.reload()
  await offersNothing(page)
  expect(stage().api.created).toEqual(['Lunch'])
  expect(stage().api.calls).toHaveLength(2)
})

test('a reload before the person has decided offers the call again', async () => {
  const page = await openBack()
  await page.reload()
  await shows(page, 'pending', 'Lunch')
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('a call that the person dismisses is forgotten, also after a reload', async () => {
  const page = await openBack()
  await press(page, 'Dismiss')
  await offersNothing(page)
  await page.reload()
  await offersNothing(page)
  expect(stage().api.calls).toHaveLength(1)
})

test('pressed twice, before the page renders again: the call is made once', async () => {
  const page = await openBack()
  await page.evaluate(() => {
    const run = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Run')
    for (const button of [run, run]) button?.click()
  })
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('two tabs with a copy of the call: one of them makes it', async () => {
  const page = await openBack()
  const [copy] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open(window.location.href)),
  ])
  await shows(copy, 'pending', 'Lunch')
  await Promise.all([press(page, 'Run'), press(copy, 'Run')])
  for (const tab of [page, copy]) {
    await expect.poll(() => tab.getByTitle('pending').count()).toBe(0)
    await shows(tab, 'status', /success|idle/)
  }
  await expect.poll(() => stage().api.created).toEqual(['Lunch'])
  await copy.reload()
  await offersNothing(copy)
})

test('a tab that is opened from the page after the call was made does not offer it, also when the first is closed', async () => {
  const page = await openBack()
  const [copy] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open(window.location.href)),
  ])
  await shows(copy, 'pending', 'Lunch')
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  await page.close()
  await press(copy, 'Run')
  await expect.poll(() => copy.getByTitle('pending').count()).toBe(0)
  await shows(copy, 'status', 'idle')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('the tab is closed at the provider: no other tab offers the call', async () => {
  const page = await openAway()
  const other = await stage().context.newPage()
  await page.close()
  await other.goto(`${stage().origin}/calls.html`)
  await offersNothing(other)
  expect(stage().api.calls).toHaveLength(1)
})

test('cancelled at the provider: nothing is offered, also after a reload', async () => {
  const page = await openAway()
  await press(page, 'Cancel')
  await shows(page, 'callback', 'error')
  await offersNothing(page)
  await page.reload()
  await offersNothing(page)
  expect(stage().api.calls).toHaveLength(1)
})

test('back by the browser, without an account: nothing is offered, and the page can try again', async () => {
  const page = await openAway()
  await page.goBack()
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
  await press(page, 'Create')
  await shows(page, 'status', 'needs_connection')
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('another user comes back: nothing is offered to them; the first user finds the call again', async () => {
  const page = await openAway()
  const other = await stage().context.newPage()
  await other.goto(`${stage().origin}/calls.html`)
  await other.evaluate(() => localStorage.setItem('user', 'auth0|bob'))
  await press(page, 'Allow')
  await shows(page, 'callback', 'error')
  await offersNothing(page)
  await other.evaluate(() => localStorage.removeItem('user'))
  await page.reload()
  await shows(page, 'pending', 'Lunch')
  expect(stage().api.calls).toHaveLength(1)
})

test('another user logs in on the page that offers the call: it is no longer offered', async () => {
  const page = await openBack()
  await press(page, 'Log in as Bob')
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
  expect(stage().api.calls).toHaveLength(1)
})

test('when the flow has expired the call is no longer offered, nor kept', async () => {
  const { clock } = stage().context
  await clock.install()
  const page = await openBack()
  await clock.fastForward(310_000)
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
  const kept = () =>
    page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.includes('.call.')))
  await expect.poll(kept).toEqual([])
  expect(stage().api.calls).toHaveLength(1)
})

test('a page that slept through the end of the flow calls nothing', async () => {
  const { clock } = stage().context
  await clock.install()
  const page = await openBack()
  await clock.setSystemTime(Date.now() + 310_000) // without the timers, as after a sleep
  await press(page, 'Run')
  await expect.poll(() => page.getByTitle('pending').count()).toBe(0)
  expect(stage().api.calls).toHaveLength(1)
})

test('another account: the person is told, nothing is called, and they may run it all the same', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openAway()
  await chooseWork(page)
  await press(page, 'Allow')
  await shows(page, 'different', 'true')
  expect(await pendingOf(page)).toEqual({ variables: { title: 'Lunch' }, isDifferentAccount: true })
  await shows(page, 'status', 'needs_connection')
  expect(await requiredOf(page)).toMatchObject({ reason: 'missing_scopes' })
  expect(stage().api.calls).toHaveLength(1)
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('another account first, and the needed one at the next try: the person goes on', async () => {
  await stage().connect({ scopes: ['email', 'offline_access'] })
  const page = await openAway()
  await chooseWork(page)
  await press(page, 'Allow')
  await shows(page, 'different', 'true')
  await reconnectByRedirect(page)
  await press(page, 'Allow')
  await shows(page, 'pending', 'Lunch')
  await shows(page, 'different', 'false')
  await press(page, 'Run')
  await shows(page, 'status', 'success')
  expect(stage().api.created).toEqual(['Lunch'])
})

test('a second connection_required is shown, and nothing goes on by itself', async () => {
  const page = await openBack()
  stage().api.answers.push(requiredResponse('expired'))
  await press(page, 'Run')
  await shows(page, 'required', 'expired')
  await shows(page, 'status', 'needs_connection')
  expect(stage().api.calls).toHaveLength(2)
})

test('variables that are no JSON cannot wait: it is said which, and the page is not left', async () => {
  const page = await openRefused({ isFile: true })
  await press(page, 'Reconnect')
  await shows(page, 'reconnect error', /invalid_request: .*variables\.title.*mode: 'popup'/)
  expect(page.url()).toContain(stage().origin)
  await shows(page, 'status', 'needs_connection')
})

// The variables are {"title":"…"}, which has 12 bytes beside the title.
test('variables of 2 kB wait, and those of one byte more do not', async () => {
  const long = await openRefused({ title: `${'é'.repeat(1018)}e` })
  await press(long, 'Reconnect')
  await shows(long, 'reconnect error', /invalid_request: .*2049 bytes.*at most 2048/)
  expect(long.url()).toContain(stage().origin)
  const page = await openAway({ title: 'é'.repeat(1018) })
  await press(page, 'Allow')
  await shows(page, 'pending', 'é'.repeat(1018))
})

test('without storage the page is not left, and the call is still there', async () => {
  await stage().context.addInitScript(() => {
    const { setItem } = Storage.prototype
    Storage.prototype.setItem = function set(name, value) {
      if (name.includes('.call.')) throw new DOMException('full', 'QuotaExceededError')
      setItem.call(this, name, value)
    }
  })
  const page = await openRefused()
  await press(page, 'Reconnect')
  await shows(page, 'reconnect error', 'storage_unavailable')
  expect(page.url()).toContain(stage().origin)
  await shows(page, 'status', 'needs_connection')
  const left = await page.evaluate(() => JSON.stringify(sessionStorage))
  expect(left).not.toContain('transaction') // nothing can complete the flow later
})

test('no token is ever in the storage', async () => {
  const page = await openBack()
  const stored = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))
  expect(stored).toContain('Lunch')
  const [token, apiToken] = await page.evaluate(() => [
    window.session.accessToken,
    (window as Window & { calls?: CallsConfig }).calls?.apiToken,
  ])
  for (const secret of [token, apiToken, 'at_', 'rt_']) expect(stored).not.toContain(secret)
})
