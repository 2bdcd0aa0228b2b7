import { createServer } from 'node:http'
import { createEmulator } from '@connected-accounts/emulator'
import { launchChromium, newPage } from '@connected-accounts/testing/chromium/launch'
import { expect, test } from 'vitest'
import { listen } from '../src/server/listen.js'
import { type DemoProcess, startDemo } from './demo-process.js'
import { connect, itemsOf, logIn } from './person.js'

/** The exit code of a demo that ends by itself. */
function ended({ child }: DemoProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else child.once('close', resolve)
  })
}

test('the demo prints its addresses, who may log in and what to try, and Ctrl-C ends it without a word', async () => {
  const demo = await startDemo()
  for (const path of ['', '/server']) {
    expect((await fetch(demo.origin + path)).status).toBe(200)
  }
  expect(await demo.interrupt()).toBe(0)
  const [first, second, empty, users, tries, faults] = demo.output.stdout.split('\n')
  expect([first, second, empty]).toEqual([
    `Connected Accounts demo: ${demo.origin}`,
    `The same app, rendered on the server: ${demo.origin}/server`,
    '',
  ])
  expect(users).toMatch(/Alice .*Bob/)
  expect(tries).toMatch(/^To try: /)
  expect(faults).toMatch(/: http:\/\/localhost:\d+$/)
  expect(demo.output.stderr).toBe('')
})

test.for(['PORT', 'EMULATOR_PORT'])(
  'a taken %s is said in one line with the way out',
  async (name) => {
    const other = await listen(0, () => () => new Response())
    const port = Number(new URL(other.origin).port)
    const demo = await startDemo({ [name]: String(port) })
    expect(await ended(demo)).toBe(1)
    expect(demo.output.stderr).toBe(
      `Port ${port} is in use. Start with another one: ${name}=${port + 1} npm start\n`,
    )
    other.close()
  },
)

test('a port that is taken on all addresses is noticed, too', async () => {
  const other = createServer().listen(0)
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const demo = await startDemo({ PORT: String(port) })
  expect(await ended(demo)).toBe(1)
  expect(demo.output.stderr).toContain(`Port ${port} is in use.`)
  other.close()
})

test.for([
  [
    { DOMAIN: 'tenant.example', CLIENT_ID: 'a', AUDIENCE: 'b' },
    /^Missing API_CLIENT_ID, API_CLIENT_SECRET: .*\n$/,
  ],
  [
    {
      ...{ DOMAIN: 'tenant.example', CLIENT_ID: 'a', AUDIENCE: 'b' },
      ...{ API_CLIENT_ID: 'c', API_CLIENT_SECRET: 'd', WEB_CLIENT_ID: 'web' },
    },
    /^Set both WEB_CLIENT_ID and WEB_CLIENT_SECRET.*\n$/,
  ],
  [{ PORT: 'eighty' }, /^PORT must be a port.*'eighty'\.\n$/],
] as const)('a wrong setting is said in one line: %o', async ([env, line]) => {
  const demo = await startDemo(env)
  expect(await ended(demo)).toBe(1)
  expect(demo.output).toEqual({ stdout: '', stderr: expect.stringMatching(line) })
})

test('the page may not be framed, and may talk to its tenant only', async () => {
  const demo = await startDemo()
  const { headers } = await fetch(demo.origin)
  const config = await (await fetch(`${demo.origin}/config.json`)).json()
  const policy = headers.get('content-security-policy')
  expect(policy).toContain(`connect-src 'self' ${config.domain};`)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  await demo.interrupt()
})

test('another name of this machine leads to the one that sessions belong to', async () => {
  const demo = await startDemo()
  const url = `${demo.origin.replace('localhost', '127.0.0.1')}/?a=b`
  const response = await fetch(url, { redirect: 'manual' })
  expect(response.headers.get('location')).toBe(`${demo.origin}/?a=b`)
  await demo.interrupt()
})

test('a first visit, a login and a connected calendar leave no red line in the console', async () => {
  const demo = await startDemo()
  const browser = await launchChromium()
  const page = await newPage(browser)
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
  })
  await logIn(page, demo.origin)
  await connect(page, 'Google')
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await logIn(page, `${demo.origin}/server`)
  await itemsOf(page, 'Upcoming events').first().waitFor()
  expect(errors).toEqual([])
  await browser.close()
  await demo.interrupt()
})

test('the five variables run the same demo on another tenant', async () => {
  const emulator = await createEmulator({ port: 0 })
  const { spa, api } = emulator.clients
  const demo = await startDemo({
    DOMAIN: emulator.domain,
    CLIENT_ID: spa.clientId,
    AUDIENCE: api.audience,
    API_CLIENT_ID: api.clientId,
    API_CLIENT_SECRET: api.clientSecret,
    CALENDAR_URL: `${emulator.url}/upstream/google-oauth2/calendar/v3`,
  })
  const browser = await launchChromium()
  const page = await newPage(browser)
  await logIn(page, demo.origin)
  await connect(page, 'Google')
  await itemsOf(page, 'Upcoming events').first().waitFor()
  await page.clock.install()
  await itemsOf(page, 'Connected accounts').getByText('Disconnect').click()
  await page.clock.runFor(10_000)
  await page.getByText('Google is disconnected.').first().waitFor()
  await browser.close()
  expect(await demo.interrupt()).toBe(0)
  await emulator.close()
})
