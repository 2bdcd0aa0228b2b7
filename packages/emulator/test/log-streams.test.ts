import { requestToken } from '@connected-accounts/testing/person/login'
import { setupServer } from 'msw/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEmulator, type LogStream, type LogStreamSink } from '../src/index.js'
import { postLogs } from '../src/logs/post-logs.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'
import { createLogReceiver, eventsOf } from './log-receiver.js'
import { exchangeOf, runWholeFlow } from './whole-flow.js'

const authorization = 'Bearer of-the-receiver'

function streamTo(httpEndpoint: string, sink: Partial<LogStreamSink> = {}): LogStream {
  return { name: 'lifecycle', type: 'http', sink: { httpEndpoint, ...sink } }
}

async function start(...log_streams: LogStream[]) {
  const emulator = await createEmulator({ port: 0, tenant: { log_streams } })
  onTestFinished(() => emulator.close())
  const client = emulator.clients.web
  /** Writes one event to the log: an exchange that fails. */
  const writeEvent = () => requestToken({ emulator, client }, exchangeOf('unknown', 'acme'))
  const writeEvents = async (count: number) => {
    for (let written = 0; written < count; written += 1) await writeEvent()
  }
  return { emulator, writeEvent, writeEvents }
}

const ids = (logs: readonly { log_id: string }[]) => logs.map(({ log_id }) => log_id)

/** Silences the console, and returns what was printed. */
function captureErrors(): () => string {
  const spy = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => spy.mockRestore())
  return () => spy.mock.calls.flat().join('\n')
}

describe('A log stream', () => {
  it('gets every event of a connect flow in order, with its Authorization, as JSON lines', async () => {
    const { url, deliveries } = await createLogReceiver()
    const { emulator } = await start(streamTo(url, { httpAuthorization: authorization }))
    await runWholeFlow(emulator)
    await vi.waitFor(() => expect(eventsOf(deliveries)).toHaveLength(emulator.logs.length))
    expect(emulator.logs.map(({ type }) => type)).toEqual([
      'connected_accounts_connection_started',
      'connected_accounts_connection_succeeded',
      'seta',
    ])
    expect(eventsOf(deliveries)).toEqual(
      emulator.logs.map((data) => ({ log_id: data.log_id, data })),
    )
    for (const { headers } of deliveries) {
      expect(headers).toMatchObject({ authorization, 'content-type': 'application/json' })
    }
  })

  it.each(['JSONARRAY', 'JSONOBJECT'] as const)(
    'sends %s, other content types and headers',
    async (form) => {
      const { url, deliveries } = await createLogReceiver()
      const httpCustomHeaders = [{ header: 'x-tenant', value: 'emulator' }]
      const sink = { httpContentFormat: form, httpContentType: 'text/json', httpCustomHeaders }
      const { emulator, writeEvent } = await start(streamTo(url, sink))
      await writeEvent()
      await vi.waitFor(() => expect(deliveries).toHaveLength(1))
      const [data] = emulator.logs
      const event = { log_id: data?.log_id, data }
      expect(JSON.parse(deliveries[0]?.body ?? '')).toEqual(form === 'JSONARRAY' ? [event] : event)
      expect(deliveries[0]?.headers).toMatchObject({
        'x-tenant': 'emulator',
        'content-type': 'text/json',
      })
    },
  )

  it('sends what a receiver refused again, with what has come meanwhile, and keeps the order', async () => {
    const { url, deliveries } = await createLogReceiver(503, 500, 200)
    const { emulator, writeEvents } = await start(streamTo(url))
    await writeEvents(3)
    await vi.waitFor(() => {
      expect(ids(eventsOf(deliveries.slice(2)))).toEqual(ids(emulator.logs))
    })
    const firstOf = deliveries.slice(0, 3).map((one) => eventsOf([one])[0]?.log_id)
    expect(new Set(firstOf)).toEqual(new Set([emulator.logs[0]?.log_id]))
  })

  it('follows no redirect, so that nobody else gets its Authorization', async () => {
    const printed = captureErrors()
    const { url, deliveries } = await createLogReceiver(302)
    const { writeEvent } = await start(streamTo(url, { httpAuthorization: authorization }))
    await writeEvent()
    await vi.waitFor(() => expect(printed()).toContain(`${url} responded with 302`))
    expect(deliveries.length).toBeGreaterThanOrEqual(3)
    expect(printed()).not.toContain(authorization)
  })

  it('prints once that its receiver cannot be reached, and delivers when it can', async () => {
    const printed = captureErrors()
    const { url, deliveries } = await createLogReceiver(500, 500, 500, 500, 200)
    const { emulator, writeEvent } = await start(streamTo(url))
    await writeEvent()
    await vi.waitFor(() => expect(deliveries).toHaveLength(5), { timeout: 5000 })
    expect(ids(eventsOf(deliveries.slice(4)))).toEqual(ids(emulator.logs))
    expect(printed().match(/The log stream lifecycle cannot be delivered/g)).toHaveLength(1)
  })

  it('is closed with the emulator, once it has got what waits', async () => {
    const { url, deliveries } = await createLogReceiver(503, 200)
    const { emulator, writeEvents } = await start(streamTo(url))
    await writeEvents(2)
    await emulator.close()
    expect(ids(eventsOf(deliveries.slice(1)))).toEqual(ids(emulator.logs))
  })

  it('does not keep the emulator from closing if its receiver is gone', async () => {
    const printed = captureErrors()
    const { emulator, writeEvent } = await start(streamTo('http://127.0.0.1:9/'))
    await writeEvent()
    await emulator.close()
    expect(printed()).toContain('The log stream lifecycle did not get the last events: 1')
  })

  it('gets only the newest 1000 events of a long outage', async () => {
    const printed = captureErrors()
    const { url, accepted, recover } = await createLogReceiver(503)
    const { emulator, writeEvents } = await start(streamTo(url))
    await writeEvents(1003)
    recover()
    await emulator.close()
    expect(accepted()).toHaveLength(1000)
    expect(ids(accepted())).toEqual(ids(emulator.logs))
    expect(printed().match(/more than 1000 events waiting/g)).toHaveLength(1)
  }, 60_000)

  it('is forgotten with reset(), with the events that wait', async () => {
    const { url, deliveries } = await createLogReceiver(500)
    const { emulator, writeEvent } = await start()
    emulator.tenant.set({ log_streams: [streamTo(url)] })
    await writeEvent()
    await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(0))
    emulator.reset()
    expect(emulator.tenant.get().log_streams).toEqual([])
    const before = deliveries.length
    await writeEvent()
    await emulator.close()
    expect(deliveries).toHaveLength(before)
  })

  it('that cannot be sent is refused by the name of its field, and without its value', async () => {
    const wrong = [
      [{ httpEndpoint: 'ftp://logs.example.test' }, 'tenant/log_streams/0/sink/httpEndpoint'],
      [{ httpAuthorization: 'Bearer a\nb' }, 'tenant/log_streams/0/sink/httpAuthorization'],
      [{ httpContentFormat: 'XML' }, 'tenant/log_streams/0/sink/httpContentFormat'],
    ] as const
    for (const [change, field] of wrong) {
      const stream = {
        ...streamTo('http://logs.example.test'),
        sink: { httpEndpoint: 'http://a.test', ...change },
      }
      const log_streams = [stream as LogStream] // what JavaScript can pass
      const refused = createEmulator({ port: 0, tenant: { log_streams } })
      await expect(refused).rejects.toThrow(field)
      await expect(refused).rejects.not.toThrow('Bearer a')
    }
    const twice = [streamTo('http://a.test'), streamTo('http://b.test')]
    await expect(createEmulator({ port: 0, tenant: { log_streams: twice } })).rejects.toThrow(
      'tenant/log_streams must not have the name lifecycle twice',
    )
  })

  it('whose header cannot be sent is a failed delivery, which does not show the value', async () => {
    const sink = { httpEndpoint: 'http://127.0.0.1:1/', httpAuthorization: 'Bearer a\nb' }
    const failure = await postLogs(sink, [])
    expect(failure).toBe('no response from http://127.0.0.1:1/ (TypeError)')
  })

  it('works behind msw, too', async () => {
    const { url, deliveries } = await createLogReceiver()
    const emulator = await createMswEmulator({ tenant: { log_streams: [streamTo(url)] } })
    const server = setupServer(...emulator.handlers)
    server.listen()
    onTestFinished(() => server.close())
    // msw warns of requests that no handler responds to.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
    await fetch(`${emulator.url}/me/v1/connected-accounts/accounts/cac_unknown`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    await vi.waitFor(() => expect(ids(eventsOf(deliveries))).toEqual(ids(emulator.logs)))
    expect(emulator.logs).toHaveLength(1)
  })
})
