import { SignJWT } from 'jose'
import { randomToken } from '../crypto.js'

/** How a confidential client proves itself: by its secret, or by a key whose public half Auth0 has (RFC 7523). */
export type ClientAuth = { clientSecret: string } | SigningKey

/** A key of the client's own. */
export interface SigningKey {
  /** RSA (RS256, RS384, PS256 are what Auth0 takes) or ECDSA, with the usage `sign`. */
  privateKey: CryptoKey
  /** Id of the key at Auth0; it finds the key without one too. */
  kid?: string | undefined
}

/** The parameters of `client_secret_post` or `private_key_jwt`. Throws a TypeError that names what is missing. */
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
    throw new TypeError('clientAuth must have a clientSecret or a privateKey.')
  }
  return { client_id: clientId, client_secret: clientSecret }
}

/** A JWT of these claims, which works once and for a minute. */
export function signJwt(
  claims: Record<string, string>,
  { privateKey, kid }: SigningKey,
  typ?: string,
): Promise<string> {
  return new SignJWT({ ...claims, jti: randomToken() })
    .setProtectedHeader({ alg: algorithmOf(privateKey), ...(kid && { kid }), ...(typ && { typ }) })
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(privateKey)
}

const FAMILIES = new Map([
  ['RSASSA-PKCS1-v1_5', 'RS'],
  ['RSA-PSS', 'PS'],
  ['ECDSA', 'ES'],
])

/** The JWS algorithm of a key (RFC 7518 §3.1). */
function algorithmOf(privateKey: CryptoKey): string {
  const algorithm: { name?: string; hash?: { name: string }; namedCurve?: string } = {
    ...privateKey?.algorithm,
  }
  const family = FAMILIES.get(algorithm.name ?? '')
  if (!family || !privateKey.usages.includes('sign')) {
    throw new TypeError('privateKey must be a CryptoKey of RSA or ECDSA that can sign.')
  }
  return family + (algorithm.hash?.name ?? algorithm.namedCurve)?.slice(-3)
}
