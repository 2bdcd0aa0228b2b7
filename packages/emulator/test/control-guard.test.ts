import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator

async function start(): Promise<Emulator> {
  emulator = await createEmulator({ port: 0 })
  return emulator
}

afterEach(() => emulator.close())

/** Sends a request with any `Host`. `fetch` cannot set that header. */
function sendWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/_emulator/reset`, { method: 'POST', headers: { host } })
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('error', reject).end()
  })
}

const advance = JSON.stringify({ advance: 3600 })

describe('The control API', () => {
  it.each([
    undefined,
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]:8080',
    'https://localhost',
  ])('takes orders from a page of %s', async (origin) => {
    const { url } = await start()
    const headers = origin === undefined ? {} : { origin }
    const response = await fetch(`${url}/_emulator/reset`, { method: 'POST', headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin ?? null)
  })

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'file://localhost',
    'chrome-extension://localhost',
  ])('refuses a page of %s, and does nothing', async (origin) => {
    const { url, clock } = await start()
    const send = (method: string) =>
      fetch(`${url}/_emulator/clock`, {
        method,
        headers: { origin, 'access-control-request-method': 'POST' },
        ...(method === 'POST' && { body: advance }),
      })
    for (const response of [await send('OPTIONS'), await send('POST')]) {
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(clock.now() - Date.now()).toBeLessThan(1000)
  })

  it.each(['evil.example', 'localhost.evil.example:4400', '10.0.0.1'])(
    'refuses the host %s, behind which a foreign page could hide',
    async (host) => {
      const { url } = await start()
      expect(await sendWithHost(url, host)).toBe(403)
    },
  )

  it.each(['localhost', '127.0.0.1:80', '[::1]:4400'])('takes the host %s', async (host) => {
    const { url } = await start()
    expect(await sendWithHost(url, host)).toBe(204)
  })
})
