// jsdom has no Web Crypto (crypto.subtle), which PKCE needs. Node has it.
import { webcrypto } from 'node:crypto'

if (!globalThis.crypto?.subtle) {
  Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true })
}
