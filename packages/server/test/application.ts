import { createServer as listen, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '@connected-accounts/emulator'
import { afterAll } from 'vitest'
import type { ServerClient, ServerClientOptions } from '../src/index.js'
import { createServer, createVisitor, keepCookies } from './visitor.js'

/** Makes what listens to requests. */
export type Application = (server: ServerClient) => Parameters<typeof listen>[1]

/** Starts applications on free ports, until the test file ends. By default the callback is at `/auth/callback`. */
export function createStart(emulator: Emulator) {
  const running: Server[] = []
  afterAll(() => {
    for (const server of running) server.close()
  })
  return async function start(
    application: Application,
    {
      callback = '/auth/callback',
      ...options
    }: Partial<ServerClientOptions> & { callback?: string } = {},
  ): Promise<string> {
    const http = listen()
    running.push(http)
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
    const { port } = http.address() as AddressInfo // a TCP server has no other
    const origin = `http://localhost:${port}`
    const authorizationParams = { redirect_uri: origin + callback }
    const listener = application(createServer(emulator, { authorizationParams, ...options }))
    if (listener) http.on('request', listener)
    return origin
  }
}

/** A browser at an application whose routes are beneath `base`. It follows redirects of the application to itself. */
export function createBrowserAt(emulator: Emulator, origin: string, base = '/auth') {
  const visitor = createVisitor(emulator.url)
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { cookie, origin, ...Object.fromEntries(new Headers(init.headers)) }
    const response = await fetch(new URL(url, origin), { ...init, headers, redirect: 'manual' })
    keepCookies(visitor.cookies, response.headers)
    return response.status === 308
      ? send(new URL(response.headers.get('location') ?? '', new URL(url, origin)).href, init)
      : response
  }
  const locationOf = async (response: Promise<Response>) =>
    (await response).headers.get('location') ?? ''
  return {
    ...{ visitor, send, locationOf },
    post: (url: string, fields: Record<string, string>) =>
      locationOf(send(url, { method: 'POST', body: new URLSearchParams(fields) })),
    async logIn(query = '?returnTo=/home') {
      const started = await locationOf(send(`${base}/login${query}`))
      return locationOf(send((await visitor.logIn(started)).href))
    },
  }
}
