import type { Try } from '@connected-accounts/testing/sweep/outside'
import type { Outcome, Scene } from '@connected-accounts/testing/sweep/sweep'
import { expect } from 'vitest'
import { isTokenError } from '../../src/index.js'
import { refreshTokenSource } from '../../src/tokens/refresh-token-source.js'
import { myAccount } from '../refreshing.js'
import type { CreateTokens } from './connect-scenes.js'
import { logIn, openTab, type Stage, type Tab } from './world.js'

/** Logs Alice in. Returns what creates a token source of her session, one for each tab. */
async function openSession(stage: Stage, { dpop, fetch }: Tab) {
  const { kept, storage } = await logIn(stage)
  const { domain, clients } = stage.emulator
  const options = { domain, clientId: clients.spa.clientId, dpop, fetch, ...storage }
  return { kept, createSource: () => refreshTokenSource(options) }
}

/** Access tokens of a session whose refresh token rotates. */
export const refreshedTokens: CreateTokens = async (stage, tab) =>
  (await openSession(stage, tab)).createSource()

/** A refresh, and what comes after it in this tab and in another one. */
export async function refreshing(stage: Stage): Promise<Scene> {
  const { emulator } = stage
  const tab = await openTab(stage)
  const { held, sent } = tab
  const { kept, createSource } = await openSession(stage, tab)
  const source = createSource()
  const request = (signal?: AbortSignal) =>
    source(myAccount(emulator, { forceRefresh: true, ...(signal && { signal }) }))
  return {
    attempt: request,
    again: () => request(),
    isFinal,
    async check(outcomes, first) {
      expect([...held], 'locks').toEqual([])
      const ofFirst = sent.filter(({ by, status }) => by === first && status !== 400)
      expect(ofFirst.length, 'refreshes in the first try').toBeLessThan(2)
      // Nobody can know whether the tenant has answered. The next call asks it, and it may refuse.
      if (mayLoseAnswer(first) && isRefused(outcomes.at(-1))) return
      expect(outcomes.at(-1), 'the last try').toHaveProperty('value')
      expect(kept.refreshToken).not.toBe(sent.at(-1)?.body.refresh_token)
      expect(await createSource()(myAccount(emulator))).toHaveProperty('accessToken')
      expect(emulator.refreshTokenReuses, REUSES).toBe(0)
    },
  }
}

const REUSES = 'refresh tokens that were sent twice'

/** True if the network may have lost the answer to a refresh. */
function mayLoseAnswer({ faulty }: Try): boolean {
  return faulty?.name.includes('POST /oauth/token') ?? false
}

function isRefused(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'error' in outcome && isFinal(outcome.error)
}

/** True if the tenant has ended the session. */
function isFinal(error: unknown): boolean {
  return isTokenError(error) && error.code === 'invalid_grant'
}

/** A scene whose session the tenant may end, because the network has lost the answer to a refresh. */
export function orRefused(scene: Scene, emulator: Stage['emulator']): Scene {
  return {
    ...scene,
    isFinal: (error) => isFinal(error) || scene.isFinal?.(error) === true,
    check(outcomes, first) {
      const isLost = mayLoseAnswer(first)
      if (isLost && isRefused(outcomes.at(-1))) return
      if (!isLost) expect(emulator.refreshTokenReuses, REUSES).toBe(0)
      return scene.check(outcomes, first)
    },
  }
}
