import { SignJWT } from 'jose'
import { randomToken } from '../crypto.js'

/** How a confidential client authenticates: with its secret, or with a key whose public half is registered at Auth0 (RFC 7523). */
export type ClientAuth = { clientSecret: string } | SigningKey

/** The private key of a client. */
export interface SigningKey {
  /** An RSA key (Auth0 accepts RS256, RS384 and PS256) or an ECDSA key, with the usage `sign`. */
  privateKey: CryptoKey
  /** The id of the key at Auth0. Auth0 also finds the key without it. */
  kid?: string | undefined
}

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
  if (clientAuth && 'privateKey' in clientAuth) {
    const claims = { iss: clientId, sub: clientId, aud: `${origin}/` }
    return {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signJwt(claims, clientAuth),
    }
  }
  const clientSecret = clientAuth?.clientSecret
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    throw new TypeError('clientAuth must have a clientSecret or a privateKey. Pass one of the two.')
  }
  return { client_id: clientId, client_secret: clientSecret }
}

/** Signs a JWT that is valid once, for 60 seconds. */
export async function signJwt(
  claims: Record<string, string>,
  { privateKey, kid }: SigningKey,
  typ?: string,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000) // read once, so that `exp` never is 61 seconds after `iat`
  return new SignJWT({ ...claims, jti: await randomToken(), iat: now, exp: now + 60 })
    .setProtectedHeader({ alg: algorithmOf(privateKey), ...(kid && { kid }), ...(typ && { typ }) })
    .sign(privateKey)
}

const FAMILIES = new Map<string | undefined, string>([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
  ['ECDSA', 'ES'],
])

/** Returns the JWS algorithm of a key (RFC 7518 §3.1). */
function algorithmOf(privateKey: CryptoKey): string {
  const algorithm: { name?: string; hash?: { name: string }; namedCurve?: string } = {
    ...privateKey?.algorithm,
  }
  const family = FAMILIES.get(algorithm.name)
  if (!family || !privateKey.usages.includes('sign')) {
    throw new TypeError('privateKey must be an RSA or ECDSA CryptoKey with the usage `sign`.')
  }
  return family + String(algorithm.hash?.name ?? algorithm.namedCurve).slice(-3)
}
