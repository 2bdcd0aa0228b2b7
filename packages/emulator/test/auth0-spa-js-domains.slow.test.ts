import { connect, openAndLogIn } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { call } from './call.js'

const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }

describe.each([
  { name: 'https', options: { https: true }, domain: /^https:\/\/localhost:\d+$/ },
  {
    name: 'a custom domain',
    options: { tenant: { custom_domains: ['login.localhost'] } },
    domain: /^http:\/\/login\.localhost:\d+$/,
  },
  {
    name: 'a custom domain with https',
    options: { https: true, tenant: { custom_domains: ['login.localhost'] } },
    domain: /^https:\/\/login\.localhost:\d+$/,
  },
])('auth0-spa-js at $name', ({ options, domain }) => {
  const stage = setUpStage(
    () => createEmulator({ port: 0, ...options }),
    new URL('pages/spa.ts', import.meta.url),
  )

  test.each([{ useDpop: false }, { useDpop: true }])(
    'logs in, connects, completes and lists with useDpop $useDpop',
    async ({ useDpop }) => {
      const { page, emulator } = stage()
      const visited: string[] = []
      page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).origin))
      await openAndLogIn(stage(), { useDpop })
      const { value } = await connect(page, 'Connect Google')
      expect(value).toMatchObject({ connection: 'google-oauth2', response_type: 'connect_code' })
      const { status, body } = await call(page, accounts)
      expect(status).toBe(200)
      expect(body).toMatchObject({ accounts: [{ connection: 'google-oauth2' }] })
      expect(emulator.domains.at(-1)).toMatch(domain)
      expect(visited).toContain(emulator.domains.at(-1))
    },
  )
})
