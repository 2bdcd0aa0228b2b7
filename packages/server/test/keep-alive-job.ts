import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import {
  type KeepAliveCheckpoint,
  type KeepAliveOptions,
  type KeepAliveOutcome,
  type KeepAliveReport,
  keepAlive,
  type PrivilegedWorkerOptions,
  privilegedWorker,
} from '../src/index.js'

export const connection = 'google-oauth2'

/** A tenant in which `web` has privileged access, and users `auth0|user-1` and so on. */
export async function createKeeper(users: number) {
  const { privateKey, credential } = await createCredential('cred_one')
  const tenant = tenantWithWeb(defaultTenant(), (web) => {
    Object.assign(web, {
      credentials: [credential],
      token_vault_privileged_access: {
        credentials: [{ id: 'cred_one' }],
        ip_allowlist: ['127.0.0.1', '::1'],
        grants: [connection, 'acme'].map((name) => ({
          connection: name,
          scopes: ['openid', 'email', 'profile'],
        })),
      },
    })
  })
  const ids = Array.from({ length: users }, (_, index) => `auth0|user-${index + 1}`)
  const [alice] = tenant.users
  for (const user_id of ids) {
    const email = `${user_id.slice(6)}@example.test`
    tenant.users.push({ ...alice, user_id, email } as (typeof tenant.users)[number]) // the default tenant has users
  }
  const emulator = await createEmulator({ port: 0, tenant })
  return { emulator, ids, worker: workerOf(emulator, privateKey) }
}

/** Returns a function that creates the worker `web`. */
function workerOf(emulator: Emulator, privateKey: CryptoKey) {
  return (options: Partial<PrivilegedWorkerOptions> = {}) => {
    const { domain, clients } = emulator
    const { clientId, clientSecret } = clients.web
    const client = { domain, clientId, clientAuth: { clientSecret }, privateKey }
    return privilegedWorker({ ...client, auditContext: 'keep alive', ...options })
  }
}

/** Yields users. */
export async function* usersOf(ids: readonly string[]): AsyncGenerator<{ userId: string }> {
  for (const userId of ids) yield { userId }
}

/** A checkpoint in memory, whose times are those of `Date`. */
export function memoryCheckpoint() {
  const kept = new Map<string, { value: string; until: number }>()
  const read = (key: string) => {
    const entry = kept.get(key)
    return entry && entry.until > Date.now() ? entry.value : undefined
  }
  const write = (key: string, value: string, ttl: number) => {
    kept.set(key, { value, until: Date.now() + ttl })
  }
  const store: KeepAliveCheckpoint = {
    get: async (key) => read(key),
    set: async (key, value, ttl) => write(key, value, ttl),
    delete: async (key) => kept.delete(key),
    async replace(key, expected, value, ttl) {
      if (read(key) !== expected) return false
      write(key, value, ttl)
      return true
    },
  }
  return { kept, store }
}

/** Runs the job, and collects what it tells, sorted by user. */
export async function run(
  options: Omit<KeepAliveOptions, 'connections'> & Partial<KeepAliveOptions>,
): Promise<{ report: KeepAliveReport; outcomes: KeepAliveOutcome[] }> {
  const outcomes: KeepAliveOutcome[] = []
  const report = await keepAlive({
    connections: [connection],
    perSecond: 700,
    onOutcome: (outcome) => void outcomes.push(outcome),
    ...options,
  })
  return { report, outcomes: outcomes.toSorted((a, b) => a.userId.localeCompare(b.userId)) }
}
