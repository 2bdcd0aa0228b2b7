import { access, readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Actions, readActions } from '../../actions/post-login.js'
import { credentialFlaw } from '../../tenant/client-credentials.js'
import { readTenant } from '../../tenant/read-tenant.js'
import type { Tenant } from '../../tenant/tenant.js'

/** The content of a configuration file. */
export interface Config {
  tenant: Tenant
  actions: Actions
}

/**
 * Reads the tenant from a file: JSON, or a module that exports it as `tenant` or as default. Each list in the file replaces the
 * default list. A module can also export `actions`. Rejects with a one-line message that names the file and, if a field is wrong, the field.
 */
export async function readConfig(file: string): Promise<Config> {
  try {
    const path = resolve(file)
    await access(path)
    const isJson = extname(path) === '.json'
    const module: Exports = isJson
      ? { tenant: JSON.parse(await readFile(path, 'utf8')) }
      : await import(pathToFileURL(path).href)
    const found = tenantOf(module) as Partial<Tenant> // readTenant checks it
    return { tenant: readTenant(found, { credentialFlaw }), actions: readActions(module.actions) }
  } catch (error) {
    throw new Error(`${file}: ${explain(error)}`, { cause: error })
  }
}

interface Exports {
  tenant?: unknown
  default?: unknown
  actions?: unknown
}

function tenantOf(module: Exports): unknown {
  const tenant = 'tenant' in module ? module.tenant : module.default
  if (tenant === undefined && module.actions === undefined)
    throw new TypeError('it must export the tenant as "tenant" or as default')
  return tenant
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'TypeScript needs Node 22.18 or newer'
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return line
}
