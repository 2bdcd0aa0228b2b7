import { Secret, TOTP } from 'otpauth'
import { createExpiringMap } from '../../memory/expiring-map.js'
import type { AuthenticationMethod } from '../../tenant/tenant.js'

/** The one-time passwords of the users' authenticator apps (RFC 6238). They have the machine's time, not that of the emulator's clock. */
export interface OneTimePasswords {
  /**
   * Returns a one-time password that is right: the one that the app of the user shows now or, if that one was accepted already, the
   * next one or the one before.
   */
  show(factor: AuthenticationMethod): string
  /**
   * Returns whether a one-time password is right for one of the factors: now, or 30 seconds earlier or later. It is right only once
   * (RFC 6238 §5.2).
   */
  accept(factors: readonly AuthenticationMethod[], password: string): boolean
  /** Forgets which one-time passwords were accepted. */
  clear(): void
}

/** How long a one-time password is shown, in milliseconds. */
const PERIOD = 30_000

/** Creates the one-time passwords, none of which was accepted yet. */
export function createOneTimePasswords(): OneTimePasswords {
  const used = createExpiringMap<true>(Date.now)
  const keyOf = (factor: AuthenticationMethod, timestamp: number) =>
    `${factor.id} ${factor.totp_secret} ${Math.floor(timestamp / PERIOD)}`
  return {
    show(factor) {
      const now = Date.now()
      const times = [now, now + PERIOD, now - PERIOD]
      const timestamp = times.find((time) => !used.get(keyOf(factor, time))) ?? now
      return totpOf(factor).generate({ timestamp })
    },
    accept(factors, password) {
      const token = password.replaceAll(/\s/g, '')
      const timestamp = Date.now()
      for (const factor of factors) {
        const delta = totpOf(factor).validate({ token, timestamp, window: 1 })
        if (delta === null) continue
        const key = keyOf(factor, timestamp + delta * PERIOD)
        if (used.get(key)) continue
        used.set(key, true, timestamp + 3 * PERIOD)
        return true
      }
      return false
    },
    clear: used.clear,
  }
}

function totpOf({ totp_secret }: AuthenticationMethod): TOTP {
  return new TOTP({ secret: Secret.fromBase32(totp_secret), period: PERIOD / 1000 })
}
