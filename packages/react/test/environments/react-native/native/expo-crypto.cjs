// The native half of expo-crypto, by Node.
const { createHash, randomBytes } = require('node:crypto')

exports.CryptoDigestAlgorithm = { SHA256: 'SHA-256' }
exports.digest = async (algorithm, data) => {
  if (algorithm !== 'SHA-256') throw new Error(`Unknown algorithm ${algorithm}`)
  return new Uint8Array(createHash('sha256').update(data).digest()).buffer
}
exports.getRandomBytes = (count) => new Uint8Array(randomBytes(count))
