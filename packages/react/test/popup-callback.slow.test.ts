import { press } from '@connected-accounts/testing/chromium/person'
import type { Page, Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { openPopup, pressAndClose, waitForAccounts, waitForStatus } from './popup-person.js'
import { setUpPopupStage } from './popup-stage.js'

const stage = setUpPopupStage()

const COMPLETE = '**/connected-accounts/complete'

/** Holds the request that completes a flow; returns a function that lets it go. */
async function holdCompletion(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = []
  await page.route(COMPLETE, (route) => void held.push(route))
  return async () => {
    await expect.poll(() => held.length).toBe(1)
    await held[0]?.continue()
  }
}

/** The requests that complete, of all pages. */
function completions(): string[] {
  const urls: string[] = []
  stage().context.on('request', (request) => {
    if (request.url().endsWith('/complete')) urls.push(request.url())
  })
  return urls
}

/** Switches the network of one page off and on. */
async function networkOf(page: Page) {
  const session = await stage().context.newCDPSession(page)
  const conditions = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
  return (state: 'up' | 'down') =>
    session.send('Network.emulateNetworkConditions', { ...conditions, offline: state === 'down' })
}

test('opener closed before the callback: the callback page completes, and the account is in the list', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await page.close()
  const other = await stage().open()
  await waitForAccounts(other, 0)
  await pressAndClose(popup, 'Allow')
  await waitForAccounts(other, 1)
})

test('opener closed while it completes: the callback page completes, and the account is in the list', async () => {
  const page = await stage().open()
  await holdCompletion(page)
  const popup = await openPopup(page)
  const held = page.waitForRequest(COMPLETE)
  await press(popup, 'Allow')
  await held
  await Promise.all([popup.waitForEvent('close'), page.close()])
  await waitForAccounts(await stage().open(), 1)
})

test('opener closed and consent refused: the callback page says so, and stays', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await page.close()
  await press(popup, 'Cancel')
  await popup.getByText('ConnectFlowError: access_denied').waitFor()
})

test('callback reloaded: completed once, and both pages have it', async () => {
  const sent = completions()
  const page = await stage().open()
  const complete = await holdCompletion(page)
  const popup = await openPopup(page)
  const held = page.waitForRequest(COMPLETE)
  await press(popup, 'Allow')
  await held
  await popup.reload()
  await Promise.all([popup.waitForEvent('close'), complete()])
  await waitForStatus(page, 'success')
  await waitForAccounts(page, 1)
  expect(sent).toHaveLength(1)
})

test('cancelQueries() while a popup completes does not lose the account', async () => {
  const page = await stage().open()
  const complete = await holdCompletion(page)
  const popup = await openPopup(page)
  const held = page.waitForRequest(COMPLETE)
  await press(popup, 'Allow')
  await held
  await press(page, 'Cancel queries')
  await complete()
  await waitForStatus(page, 'success')
  await waitForAccounts(page, 1)
})

test('callback opened again after it was completed: nothing is sent, and the window can be closed', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  const callback = popup.waitForRequest((request) => request.url().includes('connect_code='))
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
  const sent = completions()
  const again = await stage().context.newPage()
  await again.goto('about:blank')
  await again.goto((await callback).url())
  await again.getByText('You can close this window.').waitFor()
  expect(sent).toEqual([])
})

test('network down at complete, then resumed: the page goes on by itself when it is back', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  const network = await networkOf(page)
  await network('down')
  await press(popup, 'Allow')
  await page.waitForTimeout(500)
  await waitForStatus(page, 'pending')
  expect(popup.isClosed()).toBe(false)
  await Promise.all([popup.waitForEvent('close'), network('up')])
  await waitForStatus(page, 'success')
})

test('a network failure at complete is tried again', async () => {
  const page = await stage().open()
  await page.route(COMPLETE, (route) => route.abort('connectionfailed'), { times: 1 })
  await pressAndClose(await openPopup(page), 'Allow')
  await waitForStatus(page, 'success')
})

test('a network failure at complete is tried again by the callback page if the opener is closed', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await page.close()
  await popup.route(COMPLETE, (route) => route.abort('connectionfailed'), { times: 1 })
  await pressAndClose(popup, 'Allow')
  await waitForAccounts(await stage().open(), 1)
})

test('network down at complete with the opener closed: a reload of the callback page resumes', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await page.close()
  await popup.route(COMPLETE, (route) => route.abort('connectionfailed'))
  await press(popup, 'Allow')
  await popup.getByText('TypeError').waitFor() // after four tries, which take seven seconds
  await popup.unroute(COMPLETE)
  await Promise.all([popup.waitForEvent('close'), popup.reload().catch(() => undefined)])
  await waitForAccounts(await stage().open(), 1)
})

test('another message in the channel is not taken for the callback', async () => {
  const page = await stage().open()
  const popup = await openPopup(page)
  await page.evaluate(() => {
    const [key = ''] = Object.keys(localStorage)
    const state = key.replace(/.*transaction\./, '')
    const channel = new BroadcastChannel(`connected-accounts.popup.${state}`)
    const url = `${window.location.origin}/connected?connect_code=a-code&state=connect.another`
    for (const data of [null, 1, 'text', {}, url]) channel.postMessage(data)
  })
  await page.waitForTimeout(300)
  await waitForStatus(page, 'pending')
  await pressAndClose(popup, 'Allow')
  await waitForStatus(page, 'success')
})
