import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { NOT_EMULATED_PAGE, rows } from '../src/resource-server/not-emulated.js'
import { start } from './mistaken-tenant.js'

let emulator: Emulator
let page: string

beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  page = await readFile(new URL(`../../../${NOT_EMULATED_PAGE}`, import.meta.url), 'utf8')
})
afterAll(() => emulator.close())

const send = (path: string, init: RequestInit = {}) => fetch(emulator.url + path, init)

describe('A path of Auth0 that the emulator has not', () => {
  it.each([
    ['GET', '/me/v1/authentication-methods', 'detail'],
    ['DELETE', '/me/v1/authentication-methods/x', 'detail'],
    ['GET', '/me/v1/factors', 'detail'],
    ['GET', '/api/v2/resource-servers/x', 'message'],
    ['POST', '/api/v2/clients', 'message'],
    ['GET', '/api/v2/users', 'message'],
    ['POST', '/passwordless/start', 'error_description'],
    ['POST', '/mfa/associate', 'error_description'],
    ['DELETE', '/mfa/authenticators/totp%7Cdev_1', 'error_description'],
    ['GET', '/u/mfa-sms-challenge', 'error_description'],
    ['POST', '/oauth/device/code', 'error_description'],
    ['POST', '/oauth/par', 'error_description'],
    ['POST', '/dbconnections/signup', 'error_description'],
    ['POST', '/oidc/register', 'error_description'],
    ['GET', '/my-org/v1/members', 'error_description'],
    ['GET', '/login', 'error_description'],
  ])('answers 501 to %s %s, and names the page', async (method, path, field) => {
    const response = await send(path, { method })
    expect(response.status).toBe(501)
    expect((await response.json())[field]).toContain(NOT_EMULATED_PAGE)
  })

  it('shows a page to a browser', async () => {
    const response = await send('/u/signup?state=x', { headers: { accept: 'text/html' } })
    expect(response.status).toBe(501)
    expect(await response.text()).toContain(NOT_EMULATED_PAGE)
  })

  it('is in the table of the page, as is each resource of the Management API', () => {
    expect(rows.map(({ path }) => path).filter((path) => !page.includes(`\`${path}\``))).toEqual([])
  })
})

describe('404 stays the answer', () => {
  it.each([
    ['GET', '/me/v1/connected-accounts'],
    ['DELETE', '/me/v1/connected-accounts/cac_1'],
    ['GET', '/me/v1/nothing'],
    ['GET', '/api/v2/nothing'],
    ['GET', '/nothing'],
    ['GET', '/mfaa'],
  ])('to %s %s, which Auth0 has not either', async (method, path) => {
    expect((await send(path, { method })).status).toBe(404)
  })

  it('where the My Account API is not activated', async () => {
    const { emulator } = await start((tenant) => {
      tenant.apis = tenant.apis.filter(({ identifier }) => identifier !== 'https://{domain}/me/')
    })
    expect((await fetch(`${emulator.url}/me/v1/factors`)).status).toBe(404)
  })
})

it('A grant type that the emulator has not is refused with the name of the page', async () => {
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'spa' })
  const response = await send('/oauth/token', { method: 'POST', body })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: 'unsupported_grant_type',
    error_description: expect.stringContaining(NOT_EMULATED_PAGE),
  })
})
