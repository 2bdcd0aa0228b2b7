import { describe, expect, it } from 'vitest'
import { createTestBed, type TestBed } from './context.js'

/** The path of Google's Calendar API, under the third party that plays Google. */
const path = '/upstream/google-oauth2/calendar/v3/calendars/primary/events'

async function createReader() {
  const bed = await createTestBed()
  const token = await tokenOf(bed, 'google-oauth2')
  const read = (query = '', authorization = `Bearer ${token}`) =>
    bed.resources.fetch(new Request(bed.context.url + path + query, { headers: { authorization } }))
  return { ...bed, token, read }
}

async function tokenOf({ context, resources }: TestBed, connection: string): Promise<string> {
  const userId = 'auth0|alice'
  const body = JSON.stringify({ user_id: userId, connection })
  await resources.fetch(new Request(`${context.url}/_emulator/accounts`, { method: 'POST', body }))
  return (await resources.vault.exchange({ userId, connection }))?.accessToken ?? ''
}

interface Event {
  id: string
  summary: string
  start: { dateTime: string }
  end: { dateTime: string }
}

async function itemsOf(response: Response): Promise<Event[]> {
  expect(response.status).toBe(200)
  const { items }: { items: Event[] } = await response.json()
  return items
}

describe('The calendar', () => {
  it("answers in the shape of Google's Calendar API", async () => {
    const { read } = await createReader()
    const body = await (await read()).json()
    expect(body).toMatchObject({ kind: 'calendar#events', timeZone: 'UTC' })
    expect(body.items[0]).toMatchObject({
      kind: 'calendar#event',
      id: expect.any(String),
      summary: expect.any(String),
      htmlLink: expect.stringContaining('http'),
      start: { dateTime: expect.stringMatching(/Z$/) },
      end: { dateTime: expect.stringMatching(/Z$/) },
    })
  })

  it('has next events whenever it is asked', async () => {
    const { context, read, wait, ...bed } = await createReader()
    for (const days of [0, 1, 40, 400]) {
      wait(days * 86_400)
      const token = await tokenOf({ context, wait, ...bed }, 'google-oauth2')
      const timeMin = new Date(context.now()).toISOString()
      const query = `?timeMin=${timeMin}&maxResults=5&singleEvents=true&orderBy=startTime`
      const items = await itemsOf(await read(query, `Bearer ${token}`))
      expect(items).toHaveLength(5)
      const starts = items.map(({ start }) => Date.parse(start.dateTime))
      expect(starts).toEqual([...starts].sort((one, other) => one - other))
      expect(Date.parse(items[0]?.end.dateTime ?? '')).toBeGreaterThan(context.now())
    }
  })

  it('pages with pageToken until there is no nextPageToken', async () => {
    const { read } = await createReader()
    const all = await itemsOf(await read())
    const first = await (await read('?maxResults=20')).json()
    const rest = await itemsOf(await read(`?maxResults=20&pageToken=${first.nextPageToken}`))
    expect([...first.items, ...rest]).toEqual(all)
  })

  it('has nothing past timeMax', async () => {
    const { read } = await createReader()
    const timeMax = new Date(Date.now() - 10 * 86_400_000).toISOString()
    expect(await itemsOf(await read(`?timeMax=${timeMax}`))).toEqual([])
  })

  it.each([
    'timeMin=tomorrow',
    'timeMin=2026-11-02',
    'maxResults=0',
    'orderBy=startTime',
    'orderBy=x',
    'pageToken=x',
  ])('answers 400 to ?%s', async (query) => {
    const { read } = await createReader()
    const response = await read(`?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: 400, status: 'INVALID_ARGUMENT' },
    })
  })

  it('refuses a token that has expired (RFC 6750 §3.1)', async () => {
    const { read, wait } = await createReader()
    wait(3601)
    const response = await read()
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await response.json()).toMatchObject({
      error: { code: 401, status: 'UNAUTHENTICATED', errors: [{ reason: 'authError' }] },
    })
  })

  it('refuses a token of another third party, an unknown one and none (RFC 6750 §3.1)', async () => {
    const { context, resources, wait, read } = await createReader()
    const foreign = await tokenOf({ context, resources, wait }, 'acme')
    for (const authorization of [`Bearer ${foreign}`, 'Bearer unknown', 'Basic YTpi']) {
      expect((await read('', authorization)).status).toBe(401)
    }
  })

  it('refuses a token without a calendar scope (RFC 6750 §3.1)', async () => {
    const bed = await createTestBed({
      change({ connections }) {
        for (const connection of connections) connection.scopes = ['openid', 'email']
      },
    })
    const authorization = `Bearer ${await tokenOf(bed, 'google-oauth2')}`
    const request = new Request(bed.context.url + path, { headers: { authorization } })
    const response = await bed.resources.fetch(request)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      error: {
        code: 403,
        status: 'PERMISSION_DENIED',
        errors: [{ reason: 'insufficientPermissions' }],
      },
    })
  })

  it('is at Google only', async () => {
    const { context, resources } = await createReader()
    const url = context.url + path.replace('google-oauth2', 'acme')
    expect((await resources.fetch(new Request(url))).status).toBe(404)
  })
})
