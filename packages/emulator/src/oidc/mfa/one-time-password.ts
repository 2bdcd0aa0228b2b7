import { Secret, TOTP } from 'otpauth'
import type { AuthenticationMethod } from '../../tenant/tenant.js'

// The authenticator app of a user has the machine's time, so the emulator's clock does not count here.
function totpOf({ totp_secret }: AuthenticationMethod): TOTP {
  return new TOTP({ secret: Secret.fromBase32(totp_secret) })
}

/** Returns the one-time password that an authenticator app shows now (RFC 6238). */
export function currentPassword(factor: AuthenticationMethod): string {
  return totpOf(factor).generate()
}

/** Returns whether a one-time password is right for one of the factors: now, or 30 seconds earlier or later. */
export function isRightPassword(
  factors: readonly AuthenticationMethod[],
  password: string,
): boolean {
  const token = password.replaceAll(/\s/g, '')
  return factors.some((factor) => totpOf(factor).validate({ token, window: 1 }) !== null)
}
