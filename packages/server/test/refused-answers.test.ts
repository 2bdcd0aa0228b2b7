import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { afterAll, expect, test } from 'vitest'
import { createServer, loggedIn, rejection } from './visitor.js'

const tenant = tenantWithWeb(defaultTenant(), ({ refresh_token }) => {
  refresh_token.rotation_type = 'rotating'
  refresh_token.leeway = 0
})
const emulator = await createEmulator({ port: 0, tenant })
afterAll(() => emulator.close())
const audience = 'https://api.example.test/'

test.for([
  ['a token type that nobody knows', { token_type: 'mac' }],
  ['no token type', { token_type: undefined }],
  ['an ID token that is none', { id_token: 'x.y.z' }],
  ['no access token', { access_token: undefined }],
  ['a life that is no number', { expires_in: 'soon' }],
])('a rotated refresh token is kept of an answer that is refused for %s', async ([, change]) => {
  let isChanged = false
  const server = createServer(emulator, {
    async fetch(request) {
      const answer = await fetch(request)
      if (!isChanged || !request.url.endsWith('/oauth/token')) return answer
      isChanged = false
      return Response.json({ ...(await answer.json()), ...Object(change) })
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  isChanged = true
  const get = () => visitor.request((store) => server.getAccessToken({ audience }, store))
  expect(await rejection(get())).toMatchObject({
    name: 'TokenError',
    code: 'unexpected_response',
  })
  expect(await get()).toHaveProperty('accessToken')
  expect(emulator.refreshTokenReuses).toBe(0)
})
