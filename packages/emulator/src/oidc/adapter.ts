import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { createExpiringMap } from '../expiring-map.js'

/** Where oidc-provider keeps sessions, interactions, grants, codes and tokens: in memory, each kind with a cap of its own. */
export interface OidcStore {
  /** The same for the same name, whichever provider asks. */
  adapter: AdapterFactory
  /** Forgets everything. */
  reset(): void
}

/** An empty store on the clock `now`. */
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

// oidc-provider reads the machine's clock, so what is kept is given back older by as much as the emulator's has moved since.
const times = ['iat', 'exp', 'iiat', 'loginTs', 'authTime']

interface Kept {
  payload: AdapterPayload
  /** Seconds that the emulator's clock was ahead. */
  ahead: number
}

function aged({ payload, ahead }: Kept, aheadNow: number): AdapterPayload {
  // A copy, because two requests at once would otherwise share what hangs on a session, such as its grants.
  const copy = structuredClone(payload)
  for (const name of times) {
    const time = copy[name]
    if (typeof time === 'number') copy[name] = time - (aheadNow - ahead)
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
    if (revokedGrants.get(record?.payload.grantId ?? '')) return undefined
    return record && aged(record, ahead())
  }
  return {
    find,
    findByUid: async (uid) => find(idsByUid.get(uid) ?? ''),
    findByUserCode: async () => undefined,
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn ? now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
      records.set(id, { payload: structuredClone(payload), ahead: ahead() }, expiresAt)
      if (payload.uid) idsByUid.set(payload.uid, id, expiresAt)
    },
    async consume(id) {
      const record = records.get(id)
      if (record) record.payload.consumed = Math.floor(now() / 1000)
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
