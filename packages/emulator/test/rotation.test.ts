import {
  claims,
  type Login,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'

const running: Emulator[] = []
const example = 'https://api.example.test/'

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
})

/** A session at an emulator where the `spa` client rotates and `web` does not; `leeway` is in seconds. */
async function logInRotating(leeway?: number) {
  const tenant = defaultTenant()
  for (const { client_id, refresh_token } of tenant.clients) {
    if (client_id !== 'spa') continue
    refresh_token.rotation_type = 'rotating'
    if (leeway !== undefined) refresh_token.leeway = leeway
  }
  const emulator = await createEmulator({ port: 0, tenant })
  running.push(emulator)
  const login: Login = { emulator, client: emulator.clients.spa, audience: example }
  const { refresh_token: token = '' } = await loginWithCode(login)
  const refresh = (refresh_token: string | undefined, fields: Record<string, string> = {}) => {
    const base = { grant_type: 'refresh_token', refresh_token: refresh_token ?? '' }
    return requestToken(login, { ...base, ...fields })
  }
  return { emulator, login, token, refresh }
}

describe('A rotating refresh token', () => {
  it('is replaced at each refresh, and keeps its audience', async () => {
    const { emulator, token, refresh } = await logInRotating()
    const first = await refresh(token, { audience: `${emulator.url}/me/` })
    expect(first.body.refresh_token).not.toBe(token)
    const second = await refresh(first.body.refresh_token)
    expect([claims(second.body.access_token).aud].flat()).toContain(example)
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  it('is that of one client, and of another not', async () => {
    const { emulator } = await logInRotating()
    const login = { emulator, client: emulator.clients.web }
    const { refresh_token = '' } = await loginWithCode(login)
    const { body } = await requestToken(login, { grant_type: 'refresh_token', refresh_token })
    expect(body.refresh_token).toBe(refresh_token)
  })

  it('ends its whole family when it comes back, which is counted (RFC 9700 §4.14.2)', async () => {
    const { emulator, token, refresh } = await logInRotating()
    const { body: first } = await refresh(token)
    const { body: second } = await refresh(first.refresh_token)
    const reuse = await refresh(token)
    expect(reuse.status).toBe(403)
    expect(reuse.body.error).toBe('invalid_grant')
    expect(emulator.refreshTokenReuses).toBe(1)
    expect((await refresh(second.refresh_token)).body.error).toBe('invalid_grant')
    emulator.reset()
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  it('leaves the families of other logins alone when it comes back', async () => {
    const { login, token, refresh } = await logInRotating()
    const other = await loginWithCode(login)
    await refresh(token)
    await refresh(token)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  it('works for one of several refreshes at once, and the next ends the family', async () => {
    const { emulator, token, refresh } = await logInRotating()
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(7)
    expect(emulator.refreshTokenReuses).toBe(1)
    const winner = answers.find(({ status }) => status === 200)
    expect((await refresh(winner?.body.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('is not used up by a refresh that was refused', async () => {
    const { token, refresh } = await logInRotating()
    const refused = await refresh(token, { audience: 'https://nowhere.test/' })
    expect(refused.body.error).toBe('invalid_target')
    expect((await refresh(token)).status).toBe(200)
  })
})

describe('The leeway of a rotating refresh token', () => {
  it('lets refreshes at once each have a token of their own', async () => {
    const { emulator, token, refresh } = await logInRotating(60)
    const answers = await Promise.all([refresh(token), refresh(token), refresh(token)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const next = answers.map(({ body }) => body.refresh_token)
    expect(new Set([token, ...next]).size).toBe(4)
    for (const one of next) expect((await refresh(one)).status).toBe(200)
    expect(emulator.refreshTokenReuses).toBe(0)
  })

  it('counts from the first use', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { emulator, token, refresh } = await logInRotating(60)
    const { body } = await refresh(token)
    const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
    wait(59)
    const late = await refresh(token)
    expect(late.status).toBe(200)
    wait(2)
    expect((await refresh(late.body.refresh_token)).status).toBe(200)
    expect((await refresh(token)).status).toBe(403)
    expect((await refresh(body.refresh_token)).status).toBe(403)
    expect(emulator.refreshTokenReuses).toBe(1)
  })

  it('must be a whole number of seconds', async () => {
    await expect(logInRotating(-1)).rejects.toThrow(
      'tenant/clients/0/refresh_token/leeway must be >= 0',
    )
  })
})
