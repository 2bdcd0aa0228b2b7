import { SignJWT } from 'jose'
import { randomToken } from '../crypto.js'
import { requireTexts } from './require-texts.js'
import { checkSigningKey, type SigningKey } from './signing-key.js'

/** How a confidential client authenticates: with its secret, or with a key whose public half is registered at Auth0 (RFC 7523). */
export type ClientAuth = { clientSecret: string } | SigningKey

/**
 * Returns the parameters of `client_secret_post` or `private_key_jwt`.
 *
 * @throws {TypeError} if `clientAuth` has neither a secret nor a key that can sign.
 */
export async function clientAuthParameters(
  origin: string,
  clientId: string,
  clientAuth: ClientAuth,
): Promise<Record<string, string>> {
  const given: Partial<SigningKey & { clientSecret: string }> = { ...clientAuth }
  const { clientSecret, privateKey } = given
  if (clientSecret !== undefined && privateKey !== undefined) throw notOne()
  if (isKey(given)) {
    const claims = { iss: clientId, sub: clientId, aud: `${origin}/` }
    return {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signJwt(claims, given),
    }
  }
  if (typeof clientSecret !== 'string' || clientSecret === '') throw notOne()
  return { client_id: clientId, client_secret: clientSecret }
}

/** Tells whether there is a key, also one that is undefined, as from a variable that is not set. */
function isKey(given: Partial<SigningKey & { clientSecret: string }>): given is SigningKey {
  return 'privateKey' in given && given.clientSecret === undefined
}

function notOne(): TypeError {
  return new TypeError('clientAuth must have a clientSecret or a privateKey. Pass one of the two.')
}

/** Signs a JWT that is valid once, for 60 seconds. */
export async function signJwt(
  claims: Record<string, string>,
  { privateKey, kid }: SigningKey,
  typ?: string,
): Promise<string> {
  const { key, alg } = checkSigningKey(privateKey)
  if (kid !== undefined) requireTexts({ kid })
  const now = Math.floor(Date.now() / 1000) // read once, so that `exp` never is 61 seconds after `iat`
  return new SignJWT({ ...claims, jti: await randomToken(), iat: now, exp: now + 60 })
    .setProtectedHeader({ alg, ...(kid && { kid }), ...(typ && { typ }) })
    .sign(key)
}
