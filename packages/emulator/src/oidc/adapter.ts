import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { createExpiringMap } from '../memory/expiring-map.js'

/** The store of oidc-provider's sessions, interactions, grants, codes and tokens. It is in memory, with a limit for each kind. */
export interface OidcStore {
  /** Returns the adapter of a model. All providers get the same one for the same name. */
  adapter: AdapterFactory
  /** Deletes everything. */
  reset(): void
}

/** Creates an empty store that uses the clock `now`. */
export function createOidcStore(now: () => number): OidcStore {
  const models = new Map<string, ReturnType<typeof createModel>>()
  return {
    adapter(name) {
      const model = models.get(name) ?? createModel(now)
      models.set(name, model)
      return model
    },
    reset() {
      for (const model of models.values()) model.clear()
    },
  }
}

// oidc-provider uses the machine's clock. So `find` makes an entry older by the time that the emulator's clock was moved since.
const times = ['iat', 'exp', 'iiat', 'loginTs', 'authTime']

interface Kept {
  /** The payload as JSON, as other stores keep it. Reading it is several times faster than `structuredClone`. */
  json: string
  grantId: string
  consumed?: number
  /** How many seconds the emulator's clock was ahead when the entry was stored. */
  ahead: number
}

function aged({ json, consumed, ahead }: Kept, aheadNow: number): AdapterPayload {
  // Returns a copy, so that two simultaneous requests do not share the objects of a session, for example its grants.
  const copy: AdapterPayload = JSON.parse(json)
  if (consumed !== undefined) copy.consumed = consumed
  const moved = aheadNow - ahead
  if (moved === 0) return copy
  for (const name of times) {
    const time = copy[name]
    if (typeof time === 'number') copy[name] = time - moved
  }
  return copy
}

function createModel(now: () => number): Adapter & { clear(): void } {
  const records = createExpiringMap<Kept>(now)
  const idsByUid = createExpiringMap<string>(now)
  const revokedGrants = createExpiringMap<true>(now)
  const ahead = () => Math.round((now() - Date.now()) / 1000)
  const find = async (id: string) => {
    const record = records.get(id)
    if (revokedGrants.get(record?.grantId ?? '')) return undefined
    return record && aged(record, ahead())
  }
  return {
    find,
    findByUid: async (uid) => find(idsByUid.get(uid) ?? ''),
    findByUserCode: async () => undefined,
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn ? now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
      const kept = { json: JSON.stringify(payload), grantId: payload.grantId ?? '', ahead: ahead() }
      records.set(id, kept, expiresAt)
      if (payload.uid) idsByUid.set(payload.uid, id, expiresAt)
    },
    async consume(id) {
      const record = records.get(id)
      if (record) record.consumed = Math.floor(now() / 1000)
    },
    async destroy(id) {
      records.delete(id)
    },
    async revokeByGrantId(grantId) {
      revokedGrants.set(grantId, true, Number.POSITIVE_INFINITY)
    },
    clear() {
      for (const map of [records, idsByUid, revokedGrants]) map.clear()
    },
  }
}
