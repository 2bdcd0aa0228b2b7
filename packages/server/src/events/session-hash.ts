import { entryKey } from '../store/shared-store.js'

/** Returns the hash by which events name a session. The id itself is a secret. */
export function sessionHash(id: string): Promise<string> {
  return entryKey('event stream', id)
}
