import type { Emulator } from '@connected-accounts/emulator'
import { allFaults } from '@connected-accounts/testing/sweep/outside'
import { sweep } from '@connected-accounts/testing/sweep/sweep'
import { passTime } from '@connected-accounts/testing/sweep/time'
import {
  type CreateScene,
  completingConnect,
  completingLateLogin,
  completingLogin,
  completingRefusedConnect,
  disconnecting,
  identifying,
  loggingOut,
  refreshing,
  revoking,
  startingConnect,
  startingLogin,
} from './scenes.js'
import type { Place } from './world.js'

/** The functions of the server client that are swept, by their names. */
export const functions: [string, CreateScene][] = [
  ['startInteractiveLogin', startingLogin],
  ['completeInteractiveLogin', completingLogin],
  ['completeInteractiveLogin, too late', completingLateLogin],
  ['getAccessToken', refreshing],
  ['startConnectAccount', startingConnect],
  ['completeConnectAccount', completingConnect],
  ['completeConnectAccount after a refusal', completingRefusedConnect],
  ['deleteConnectedAccount', disconnecting],
  ['deleteConnectedAccount with revoke', revoking],
  ['identifyConnectedAccount', identifying],
  ['logout', loggingOut],
]

/** Sweeps a function. Returns what is wrong. */
export function sweepFunction(
  emulator: Emulator,
  place: Place,
  createScene: CreateScene,
): Promise<string[]> {
  return sweep({
    faults: allFaults,
    async setUp() {
      const scene = await createScene(emulator, place)
      const { untilFree = () => passTime(1000) } = place
      return {
        ...scene,
        pause: untilFree,
        late: place.isOpenToLateWrites ? 'before' : 'after',
        async check(outcomes, first) {
          if (first.faulty?.name.startsWith('redis')) await untilFree()
          await scene.check(outcomes, first)
        },
      }
    },
  })
}
