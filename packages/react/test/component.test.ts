import { button, press } from '@connected-accounts/testing/chromium/person'
import { describe, expect, test } from 'vitest'
import {
  expectAnnouncement,
  expectFocus,
  openComponent,
  openWindow,
  rows,
  SOON,
} from './component-person.js'
import { pressAndClose } from './popup-person.js'
import { setUpPopupStage } from './popup-stage.js'

const stage = setUpPopupStage()

const tasks = 'https://www.googleapis.com/auth/tasks'

const withoutDay = (text: string) => text.replace(/\w+ \d+, 20\d\d(, \d+:\d+\s[AP]M)?/g, 'DAY')

function seed(connection = 'google-oauth2', more = {}) {
  return stage().emulator.seed({ user_id: 'auth0|alice', connection, ...more })
}

describe('connect in a popup', () => {
  test('by keyboard alone: the menu, the window, and the focus on the new account', async () => {
    await seed('github')
    const page = await openComponent(stage())
    await page.keyboard.press('Tab')
    await expectFocus(page, 'Connect account')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await expectFocus(page, /Connect Google$/)
    const popup = await openWindow(page, () => page.keyboard.press('Enter'))
    await expectFocus(page, 'Cancel')
    await pressAndClose(popup, 'Allow')
    await expectFocus(page, 'Google')
    await expectAnnouncement(page, 'Google is connected.')
    await expect.poll(() => rows(page).count(), SOON).toBe(2)
  })

  test('once the server has said whose account it is, the row shows the name', async () => {
    const profile = { label: 'Alice at home', email: 'alice@google.example' }
    await stage().context.route('**/auth/accounts/*/identify', (route) =>
      route.fulfill({ json: profile }),
    )
    const page = await openComponent(stage(), '?mode=popup&labels=1')
    const popup = await openWindow(page, () => press(page, 'Connect Google'))
    await pressAndClose(popup, 'Allow')
    await expect
      .poll(() => rows(page).locator('[data-part="name"]').textContent(), SOON)
      .toBe('Alice at home')
    expect(await rows(page).textContent()).toContain('Google · alice@google.example')
  })

  test('Escape closes the menu, and the focus is on its button', async () => {
    await seed()
    const page = await openComponent(stage())
    await press(page, 'Connect account')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await expectFocus(page, 'Connect account')
    await expect
      .poll(() => page.getByRole('button', { name: 'Connect Acme' }).count(), SOON)
      .toBe(0)
  })

  test('the first account: the empty state offers what can be connected', async () => {
    const page = await openComponent(stage())
    await expect
      .poll(() => page.getByText('No accounts are connected', { exact: true }).count(), SOON)
      .toBe(2)
    const popup = await openWindow(page, () => press(page, 'Connect GitHub'))
    await page.getByText('Continue in the window of GitHub.').waitFor()
    await pressAndClose(popup, 'Allow')
    await expectFocus(page, 'GitHub')
  })

  test('Cancel ends it, and the focus goes back to where it began', async () => {
    await seed('github')
    const page = await openComponent(stage())
    await press(page, 'Connect account')
    await openWindow(page, () => press(page, 'Connect Google'))
    await press(page, 'Cancel')
    await expectFocus(page, 'Connect account')
    await expectAnnouncement(page, 'Google: cancelled')
    await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0)
  })

  test('a person who refuses at the provider can try again from the message, which has the focus', async () => {
    await seed('github')
    const page = await openComponent(stage())
    await press(page, 'Connect account')
    const popup = await openWindow(page, () => press(page, 'Connect Google'))
    await pressAndClose(popup, 'Cancel')
    await expectFocus(page, /You did not allow the access/)
    await expect.poll(() => page.getByTitle('errors').textContent(), SOON).toBe('access_denied')
    const again = await openWindow(page, () => press(page, 'Try again'))
    await pressAndClose(again, 'Allow')
    await expectFocus(page, 'Google')
    await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0)
  })

  test('a window that the browser blocks is an error with words', async () => {
    await seed('github')
    await stage().context.addInitScript(() => {
      window.open = () => null
    })
    const page = await openComponent(stage(), '?mode=popup&onBlocked=throw')
    await press(page, 'Connect account')
    await press(page, 'Connect Google')
    await expectFocus(page, /Your browser blocked the window/)
    await press(page, 'Close')
    await expectFocus(page, 'Connect account')
  })
})

describe('connect by a redirect', () => {
  test('the focus is on the new account when the person is back', async () => {
    const page = await openComponent(stage(), '?')
    await press(page, 'Connect Google')
    await press(page, 'Allow')
    await expectFocus(page, 'Google')
    await expectAnnouncement(page, 'Google is connected.')
    await page.reload()
    await rows(page).first().waitFor()
    await expectAnnouncement(page, '1 account is connected.')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
  })

  test('the focus is on the account that was reconnected when the person is back', async () => {
    await seed('google-oauth2', { emails: ['alice@google.example'] })
    const page = await openComponent(stage(), `?scope=${tasks}`)
    await page.getByRole('button', { name: /^Allow access/ }).press('Enter')
    await press(page, 'Allow')
    await expectFocus(page, 'Google')
    await expect.poll(() => rows(page).first().getAttribute('data-state'), SOON).toBe('connected')
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
  })

  test('after a refusal the focus is on the message, which starts again', async () => {
    const page = await openComponent(stage(), '?')
    await press(page, 'Connect Google')
    await button(page, 'Allow').waitFor() // until then, the component has a button to cancel, too
    await press(page, 'Cancel')
    await expectFocus(page, /You did not allow the access/)
    await press(page, 'Try again')
    await press(page, 'Allow')
    await expectFocus(page, 'Google')
  })
})

describe('reconnect', () => {
  test('missing scopes are said in words, and are asked for', async () => {
    await seed('google-oauth2', { emails: ['alice@google.example'] })
    const page = await openComponent(stage(), `?mode=popup&scope=${tasks}`)
    const row = rows(page).first()
    await expect.poll(() => row.getAttribute('data-state'), SOON).toBe('missing_scopes')
    await expect
      .poll(() => row.textContent(), SOON)
      .toContain('One permission is missing:See, change and delete your tasks')
    const popup = await openWindow(page, () => row.getByText('Allow access').click())
    await expectFocus(page, 'Cancel')
    await pressAndClose(popup, 'Allow')
    await expectFocus(page, 'Google')
    await expect.poll(() => row.getAttribute('data-state'), SOON).toBe('connected')
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
  })

  test('a grant that a call found gone is reconnected', async () => {
    await seed()
    const page = await openComponent(stage())
    await press(page, 'Show events')
    const row = rows(page).first()
    await expect.poll(() => row.getAttribute('data-state'), SOON).toBe('expired')
    const popup = await openWindow(page, () => row.getByText('Reconnect', { exact: true }).click())
    await row.getByText('Continue in the window of Google.').waitFor()
    await press(page, 'Cancel')
    await expectFocus(page, 'Reconnect')
    await popup.close()
  })

  test('another account than the one to reconnect is a warning, which has the focus', async () => {
    await seed() // not the one that the person has at the provider
    const page = await openComponent(stage())
    await press(page, 'Show events')
    const popup = await openWindow(page, () => page.getByText('Reconnect', { exact: true }).click())
    await pressAndClose(popup, 'Allow')
    await expectFocus(page, /You chose a different Google account/)
    await expect.poll(() => rows(page).count(), SOON).toBe(2)
    await press(page, 'Close')
    await expectFocus(page, 'Connect account')
  })
})

describe('disconnect', () => {
  const disconnect = /^Disconnect Google/

  test('Undo is where Disconnect was, and keeps the focus', async () => {
    await seed()
    const page = await openComponent(stage())
    await page.getByRole('button', { name: disconnect }).press('Enter')
    await expectFocus(page, 'Undo')
    await expectAnnouncement(page, 'Google is being disconnected.')
    await page.keyboard.press('Enter')
    await expectFocus(page, 'Disconnect')
    await expectAnnouncement(page, 'Google stays connected.')
  })

  test('when the time is over, the focus goes to the account that is now in its place', async () => {
    await seed()
    await seed('github')
    const page = await openComponent(stage(), '?undoMs=300')
    await page.getByRole('button', { name: disconnect }).press('Enter')
    await expectAnnouncement(page, 'Google is disconnected.')
    await expectFocus(page, 'GitHub')
    const link = page.getByRole('link', { name: 'Remove access at Google, too' })
    await expect
      .poll(() => link.getAttribute('href'), SOON)
      .toBe('https://myaccount.google.com/connections')
  })

  test('what uses the account is told before, and what stops working while it can be undone', async () => {
    await seed()
    const page = await openComponent(stage(), '?usedBy=Calendar sync,Briefing agent')
    const button = page.getByRole('button', { name: disconnect })
    const description = () =>
      button.evaluate(
        (element) =>
          document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent,
      )
    await expect.poll(description, SOON).toBe('Used by Calendar sync and Briefing agent')
    await button.press('Enter')
    const stops = 'Stops working: Calendar sync and Briefing agent.'
    await expectAnnouncement(page, `You can still undo this. ${stops}`)
    await expect.poll(() => rows(page).getByText(stops).count(), SOON).toBe(1)
    await page.getByRole('button', { name: /^Undo/ }).press('Enter')
    await expect.poll(() => rows(page).getByText('Used by Calendar sync').count(), SOON).toBe(1)
  })

  test('three names are listed as the language lists them', async () => {
    await seed()
    const page = await openComponent(stage(), '?usedBy=Sync,Agent,Search')
    await expect
      .poll(() => rows(page).getByText('Used by Sync, Agent, and Search').count(), SOON)
      .toBe(1)
  })

  test('if another account of the provider is left, nothing is said to stop working', async () => {
    await seed()
    await seed()
    const page = await openComponent(stage(), '?usedBy=Calendar sync')
    await page.getByRole('button', { name: disconnect }).first().press('Enter')
    await expectAnnouncement(page, /You can still undo this.$/)
    await expect.poll(() => page.getByText('Stops working').count(), SOON).toBe(0)
    await page.getByRole('button', { name: disconnect }).press('Enter')
    await expectAnnouncement(page, 'You can still undo this. Stops working: Calendar sync.')
  })

  test('if nothing is named, nothing is said to use the account', async () => {
    await seed()
    const page = await openComponent(stage())
    const button = page.getByRole('button', { name: disconnect })
    expect(await button.getAttribute('aria-describedby')).toBeNull()
    await button.press('Enter')
    await expectAnnouncement(page, /You can still undo this.$/)
    expect(await page.locator('[data-part="used-by"]').count()).toBe(0)
  })

  test('after the last account the focus is on the title', async () => {
    await seed()
    const page = await openComponent(stage(), '?undoMs=300')
    await page.getByRole('button', { name: disconnect }).press('Enter')
    await expectFocus(page, 'Connected accounts')
  })

  test('a refusal brings the account back, with the reason and the focus', async () => {
    await seed()
    stage().emulator.failNext('deleteConnectedAccount', { status: 500 })
    const page = await openComponent(stage(), '?undoMs=100')
    await page.getByRole('button', { name: disconnect }).press('Enter')
    await expectFocus(page, /The service does not answer as it should/)
    await press(page, 'Try again')
    await expectAnnouncement(page, 'Google is disconnected.')
  })
})

describe('the list', () => {
  test('a session without the scope has the way to a new login', async () => {
    stage().emulator.failNext('getConnectedAccounts', { status: 403 })
    const page = await openComponent(stage())
    await expect
      .poll(() => page.getByRole('alert').textContent(), SOON)
      .toContain('Your login does not allow this.')
    await press(page, 'Log in again')
    await expect.poll(() => page.getByTitle('logins').textContent(), SOON).toBe('1')
  })

  test('Try again loads it, and the focus goes to the title', async () => {
    await seed()
    stage().emulator.failNext('getConnectedAccounts', { status: 400 })
    const page = await openComponent(stage())
    await button(page, 'Try again').press('Enter')
    await expectFocus(page, 'Connected accounts')
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
  })

  test('offline and online again', async () => {
    await seed()
    const page = await openComponent(stage())
    await stage().context.setOffline(true)
    await page.getByText('You are offline.').waitFor()
    await stage().context.setOffline(false)
    await expect.poll(() => page.getByText('You are offline.').count(), SOON).toBe(0)
  })

  test('without definitions it shows what the tenant offers', async () => {
    const page = await openComponent(stage(), '?all=yes')
    await expect
      .poll(() => page.getByRole('button', { name: 'Connect example-company' }).count(), SOON)
      .toBe(1)
  })

  test('Tab reaches every action in the order of the page, and shows where the focus is', async () => {
    await seed()
    await seed('acme')
    const page = await openComponent(stage(), `?scope=${tasks}`)
    await page.getByRole('button', { name: /^Allow access/ }).waitFor()
    for (const name of ['Connect account', 'Allow access', 'Disconnect', 'Disconnect']) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus-visible')
      expect(await focused.textContent()).toBe(name)
      expect(await focused.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe(
        '2px',
      )
    }
    await page.keyboard.press('Tab')
    await expectFocus(page, 'Show events') // of the application
  })

  test('what a screen reader reads of an error and of a disconnect that can be undone', async () => {
    await seed()
    await seed('acme')
    stage().emulator.failNext('deleteConnectedAccount', { status: 403 })
    const page = await openComponent(stage(), '?undoMs=100')
    await page.getByRole('button', { name: /^Disconnect Acme/ }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.ariaSnapshot()).toMatchInlineSnapshot(`
      "- alert:
        - paragraph: Your login does not allow this. Log in again and allow it.
        - button "Log in again"
        - button "Close""
    `)
    const undoable = await openComponent(stage())
    await undoable.getByRole('button', { name: /^Disconnect Google/ }).click()
    await undoable.getByRole('button', { name: /^Undo/ }).waitFor()
    expect(withoutDay(await rows(undoable).first().ariaSnapshot())).toMatchInlineSnapshot(`
      "- listitem:
        - text: Google Connected on DAY
        - button "Undo Google Connected on DAY": Undo"
    `)
    await expectAnnouncement(undoable, 'Google is being disconnected. You can still undo this.')
  })

  test('what a screen reader reads', async () => {
    await seed('google-oauth2', { count: 2 })
    await seed('acme')
    const page = await openComponent(stage(), `?scope=${tasks}`)
    const snapshot = await page.getByRole('region').ariaSnapshot()
    expect(withoutDay(snapshot)).toMatchInlineSnapshot(`
      "- region "Connected accounts":
        - heading "Connected accounts" [level=2]
        - button "Connect account"
        - list "Connected accounts":
          - listitem:
            - text: Google Connected on DAY
            - paragraph: "One permission is missing:"
            - list:
              - listitem: See, change and delete your tasks
            - button "Allow access Google Connected on DAY": Allow access
            - button "Disconnect Google Connected on DAY": Disconnect
          - listitem:
            - text: Google Connected on DAY
            - paragraph: "One permission is missing:"
            - list:
              - listitem: See, change and delete your tasks
            - button "Allow access Google Connected on DAY": Allow access
            - button "Disconnect Google Connected on DAY": Disconnect
          - listitem:
            - text: Acme Connected on DAY
            - button "Disconnect Acme Connected on DAY": Disconnect
        - status: 3 accounts are connected."
    `)
  })
})
