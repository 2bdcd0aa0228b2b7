import type { Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { startEmulator } from './refreshing.js'

const running = new Map<string, Emulator>()

/** Starts an emulator whose refresh tokens rotate without leeway, and logs Alice in. */
export async function startRotatingEmulator(): Promise<{ url: string; refreshToken: string }> {
  const emulator = await startEmulator({ rotating: true })
  running.set(emulator.url, emulator)
  const { refresh_token } = await loginWithCode({ emulator, client: emulator.clients.spa })
  return { url: emulator.url, refreshToken: refresh_token ?? '' }
}

/** Stops an emulator unless it is stopped, and answers how often a refresh token was reused. */
export async function stopRotatingEmulator(url: string): Promise<number | undefined> {
  const emulator = running.get(url)
  if (!running.delete(url)) return undefined
  await emulator?.close()
  return emulator?.refreshTokenReuses
}
