import { type CryptoKey, importJWK, type JWK } from 'jose'

/** The RS256 key that signs ID tokens and access tokens. */
export interface SigningKey {
  kid: string
  privateKey: CryptoKey
  privateJwk: JWK
  publicJwk: JWK
}

// Public on purpose: every copy of the emulator has this key, so nobody else may trust its signatures.
const developmentKey = {
  kid: 'emulator',
  use: 'sig',
  alg: 'RS256',
  kty: 'RSA',
  n: 'ps-T1gHjX5lThczVDqDctz1nk80o6J4NhnnJvTJurHcB686kSLamjZsgZ98v-J2PGowaXkNvyNPk0r342xMnKX4e0mLflf3GlGUUVE8rQPTMONhJjgjd8mPOKgRf_iF9VYPgxnWuWiu_AbVeZZ759RdFvJnYzBij3UlAFQ9kgxvxLOnZbwuRY3SAgvMCkenwEtai3x2RbwhqDFf4HP-Yp1lPcEDNs4V9x6nOuP0cofwqz6ECZ6sUOD6HMozUmmL6nI38jZB40Y-KnXYDjkrics-dYOjTAggQx9EBIXHrUhAxMeEETiL6yjoJ6j4cUohG7kZCz_l8haw3mBY6GMsYvQ',
  e: 'AQAB',
  d: 'BTYkAMIjV-fC58G8AE5_RsxI0aHNvuK9Om_QoTQTqBi5uyPEFy95qZ_olcYvyf0mLOampj5GHkicdAcSYMnK5e12Sg1jvdxlWVqFFZM5nzhmrvn25lSZloqOtNpZI2fpcgQCQEEJ9vA58fQ4JEWguosFFzzZPJsid3Xj5iSKd9wZIS25q_TAs3CzOy1LSEi1qxwjlhCe3BKLUSYtysYhA8GYO7DXlVBiikIYOKkbNBL3tSJLW0ksKGcJthKqL2wGBpZGZiio-h6Pie7wnhxlbwRSc96PD3hB-lVi5rWXcQWFPfkrs36IaPHeE-e570Z4iOuuECabR9esg8h_bPLBoQ',
  p: '5wj_nqQTDTJq8r_UImmJPIq3bPC53FZl-xsncW_GwrHDu6O3-71dR-soG8RVOY_xSYgGIp9U4-GD7FZdHEBsv0y3ljEcMqa1fFkG_hdVS4ysCybMjFfdkJTjBrYRQTLDZEBsORqwBGu2SmHnU8VshpZSLvnNJwPsD6Bso6OPv20',
  q: 'uNX6AJGHWBgbKWDH7Aae2PA74XKVWpzNxTBkm9ANigSDAvpZRjhtXtp9Q1WDdSVmngAmWM1VkhpwkpgfbxKbF0oMai7Ph4X-i3xzNBg_OhMeMt4GJ4dOJBpAyBUrgfkrom7_bkhcyAxVu-9jfnhte4cgJxzLUaMjssG10IqW3JE',
  dp: 'ehKjHeuLtXliUQlSySwCO18ANCutyOJN2DQszx9EYjMTPN3wpK8Vzp5N_v3qGhQYZcXdmAWgERhjYEjxwa-4xgt_JXilcY3sbtuLek5R3y1g6jOB-NWkWHSS0ET7MPvlid8QT8vuHSfclcjNNdIm2aYrnm6XG3pTDJ6zSHNvzLE',
  dq: 'hgn2YI8onUPt_pXGpW0vqJaediGIGcv4lPVBIJVCHEKlV3WBZCDrf4vmpvvOdxeGUTI-nMtbMLanyEc1FHFjswHp-t6zdM5BB5paWP70awMONUk5IVVH33qCXBauFHVDpWnlJm6nihMX4U_60O44Rwp40KRa9XrfGnTLis3WFWE',
  qi: '0QMeHAwDLkBRZ55t3ExuIWZZDTQrTmYBC3b99bTkvjf3HTWmoLzI81-P4d22n0BOxR1Z3-yLjNle0mBfTyEzGnBaDU5JQGCJ4PGxFX2rAJpfDCy7uJtIvnAqm4D5v7ur-9O-x85PkJdnz_zZJYZesVPD0sKJiU1aLUZgCJK8d14',
} satisfies JWK

/** Loads the development key that every emulator signs with. Generating a key at each start would take up to a second. */
export async function loadSigningKey(): Promise<SigningKey> {
  const { kid, use, alg, kty, n, e } = developmentKey
  const privateKey = await importJWK(developmentKey, alg)
  if (privateKey instanceof Uint8Array)
    throw new TypeError('The development key must be a key pair')
  return { kid, privateKey, privateJwk: developmentKey, publicJwk: { kid, use, alg, kty, n, e } }
}
