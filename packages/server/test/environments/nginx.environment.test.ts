import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as listen } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createExpressHandler } from '../../src/adapters/express.js'
import { createHandler } from '../../src/index.js'
import { type Application, createBrowserAt, createStart } from '../application.js'

// A real nginx that removes the path /app before it asks the application. `.ci/install nginx nginx-light` installs it.

const tenant = defaultTenant()
const emulator = await createEmulator({ port: 0, tenant })
const start = createStart(emulator)
const directory = await mkdtemp(join(tmpdir(), 'nginx-'))
const stops: (() => Promise<unknown>)[] = []
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()))
  await emulator.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => emulator.reset())

const inHono: Application = (server) => {
  const handler = createHandler(server, { basePath: '/app' })
  return getRequestListener(new Hono().all('/auth/*', ({ req }) => handler(req.raw)).fetch)
}
const inExpress: Application = (server) =>
  express().use(createExpressHandler(server, { basePath: '/app' }))

/** Starts an application and an nginx in front of it, as `docs/servers.md` has it. Returns the origin of nginx. */
async function startBehindNginx(application: Application, directives = ''): Promise<string> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const authorizationParams = { redirect_uri: `${origin}/app/auth/callback` }
  const inner = await start(application, { authorizationParams })
  await startNginx(port, `location /app/ { proxy_pass ${inner}/; ${directives} }`)
  return origin
}

async function startNginx(port: number, location: string): Promise<void> {
  const prefix = join(directory, String(port))
  await mkdir(prefix)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((name) => `${name}_temp_path ${prefix}/${name};`).join(' ')
  const config = `daemon off; pid nginx.pid; error_log stderr; worker_processes 1; events {}
    http { access_log off; ${paths} server { listen 127.0.0.1:${port}; ${location} } }`
  await writeFile(join(prefix, 'nginx.conf'), config)
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } // where Debian has it
  const args = ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr']
  const nginx = spawn('nginx', args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  nginx.stderr.on('data', (text) => {
    said += text
  })
  const ended = once(nginx, 'exit').catch((error: unknown) => {
    said += `nginx is missing: run .ci/install nginx nginx-light. ${error}`
  })
  stops.push(async () => {
    nginx.kill('SIGQUIT')
    await ended
  })
  const url = `http://127.0.0.1:${port}/`
  await Promise.race([
    ended.then(() => Promise.reject(new Error(said))),
    expect.poll(() => fetch(url).then((answer) => answer.headers.get('server'))).toMatch(/^nginx/),
  ])
}

async function freePort(): Promise<number> {
  const server = listen().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

describe.for([
  ['Hono', inHono],
  ['Express', inExpress],
] as const)('with %s behind nginx, which removes the path', ([, application]) => {
  test('a user logs in, connects an account, lists it, disconnects it and logs out', async () => {
    const origin = await startBehindNginx(application)
    const base = '/app/auth'
    const { visitor, send, locationOf, post, logIn } = createBrowserAt(emulator, origin, base)
    expect(await logIn('?returnTo=/app/inbox')).toBe(`${origin}/app/inbox`)
    const { href } = await visitor.connect(await post(`${base}/connect`, { connection: 'github' }))
    expect(href).toContain(`${origin}${base}/callback?`)
    expect(await locationOf(send(href))).toBe(`${origin}/app`)
    const path = `${base}/me/v1/connected-accounts/accounts`
    const { accounts } = await (await send(path)).json()
    expect(accounts).toMatchObject([{ connection: 'github' }])
    expect((await send(`${path}/${accounts[0].id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await visitor.logIn(await post(`${base}/logout`, {}))).href).toBe(`${origin}/app`)
    expect((await send(path)).status).toBe(401)
  })
})

test('cookies over 4 kB need the proxy_buffer_size of the docs, because nginx answers 502 without it', async () => {
  const users = tenant.users.map((user) => ({ ...user, name: 'x'.repeat(3500) }))
  await emulator.tenant.set({ users })
  const statusOf = async (directives: string) => {
    const origin = await startBehindNginx(inHono, directives)
    const { visitor, send, locationOf } = createBrowserAt(emulator, origin, '/app/auth')
    const started = await locationOf(send('/app/auth/login'))
    return (await send((await visitor.logIn(started)).href)).status
  }
  expect(await statusOf('')).toBe(502)
  expect(await statusOf('proxy_buffer_size 16k; proxy_buffers 4 16k;')).toBe(303)
})
