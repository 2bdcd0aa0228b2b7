import { AsyncLocalStorage } from 'node:async_hooks'
import { getRequestListener } from '@hono/node-server'
import { createAuthorizationServer } from './authorization-server.js'
import { createCertificate } from './certificate.js'
import { credentialFlaw } from './credentials.js'
import { createContexts } from './domains.js'
import { type EmulatorClients, emulatorClients } from './emulator-clients.js'
import { createControls, type EmulatorControls } from './emulator-controls.js'
import { withHangUp } from './hang-up.js'
import { type Handler, type HttpServer, listenOn } from './http-server.js'
import { type Fetch, serveInProcess, unheardAt } from './in-process.js'
import { readPath } from './request-target.js'
import { createResources, isResourcePath } from './resources.js'
import { createShared, type SharedSettings } from './shared-context.js'
import { loadSigningKey } from './signing-key.js'
import type { Switches } from './switches.js'
import type { Connection, Tenant, User } from './tenant.js'
import type { TenantLog, TenantLogs } from './tenant-logs.js'
import { readTenant } from './tenant-options.js'

/** What an emulator is created with. */
export interface EmulatorOptions {
  /** False opens no port: only `fetch` reaches the emulator, which is called what it would be if it listened. */
  listen?: boolean
  /** 4400 by default; 0 takes any that is free. */
  port?: number
  /** Where to listen: only this machine reaches `localhost`, the default, and everybody `0.0.0.0`. */
  host?: string
  /** Speaks https only, with a certificate made at the start for `localhost`, the host and the custom domains. */
  https?: boolean
  /** Each list replaces the default one. */
  tenant?: Partial<Tenant>
}

/** A running emulator. */
export interface Emulator extends EmulatorControls {
  /** Its origin, `http://localhost:4400`. */
  readonly url: string
  /** What an SDK's option `domain` takes: the same as `url`. */
  readonly domain: string
  /** The origins of all its domains: `domain`, then the custom ones in the tenant's order. */
  readonly domains: readonly string[]
  /** With `https`, what callers must trust, in PEM: the certificate of the authority that signed the server's. */
  readonly certificate: string | undefined
  readonly clients: EmulatorClients
  readonly users: readonly User[]
  readonly connections: readonly Connection[]
  /** How often, since the last reset, a rotated refresh token came back after its leeway and ended its family. */
  readonly refreshTokenReuses: number
  /** Reaches the emulator in this process, without a socket: for the option `fetch` of a client. */
  readonly fetch: Fetch
  /** The newest 1000 events of the tenant log since the last reset, the newest last. */
  readonly logs: readonly TenantLog[]
  /** Calls the listener for each event from now on, until what it gives back is called. */
  onLog: TenantLogs['subscribe']
  /** Forgets all sessions, grants, tokens, connected accounts and faults, and puts clock, switches and tenant back. */
  reset(): void
  /** Stops listening and ends open connections. */
  close(): Promise<void>
}

/**
 * Starts an emulator. Rejects with a `RangeError` or `TypeError` that names a wrong option, or with an `Error` that
 * says the way out if the port is taken or the host is not of this machine.
 */
export async function createEmulator({
  listen = true,
  port = 4400,
  host = 'localhost',
  https = false,
  tenant: option,
}: EmulatorOptions = {}): Promise<Emulator> {
  checkPort(port, listen)
  const tenant = readTenant(option, { credentialFlaw })
  const signingKey = await loadSigningKey()
  const { custom_domains: names = [] } = tenant
  if (names.includes(host.toLowerCase())) {
    throw new TypeError(`tenant/custom_domains must not have ${host}, which is the host`)
  }
  const certificate = https && listen ? await createCertificate([host, ...names]) : undefined
  const server = listen
    ? await listenOn({ host, port, certificate })
    : unheardAt({ host, port, https })
  const switchesDuring = new AsyncLocalStorage<Partial<Switches>>()
  const settings = { tenant, signingKey, credentialFlaw, switchesDuring }
  const assembled = assemble(server, settings)
  const { context, customUrls, handler, authorizationServer, resources, reset } = assembled
  server.serve(handler)
  const { url } = server
  const domains = [url, ...customUrls]
  const inProcess = serveInProcess(handler, domains)
  return {
    url,
    domain: url,
    domains,
    certificate: certificate?.ca,
    clients: emulatorClients(context),
    fetch: inProcess.fetch,
    get users() {
      return context.tenant.users
    },
    get connections() {
      return context.tenant.connections
    },
    get refreshTokenReuses() {
      return authorizationServer.refreshTokenReuses
    },
    get logs() {
      return context.logs.list()
    },
    onLog: context.logs.subscribe,
    ...createControls(context, resources),
    reset,
    async close() {
      inProcess.close()
      await server.close()
    },
  }
}

function checkPort(port: number, listen: boolean): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError('port must be an integer from 0 to 65535')
  }
  if (port === 0 && !listen) {
    throw new RangeError(
      'port must not be 0 with listen: false, where it is but a name: leave it out',
    )
  }
}

function assemble({ url, urlOf }: HttpServer, settings: SharedSettings) {
  const shared = createShared(settings, url)
  const customUrls = (settings.tenant.custom_domains ?? []).map(urlOf)
  const { canonical, custom } = createContexts(shared, url, customUrls)
  const reset = () => {
    authorizationServer.reset()
    resources.reset()
  }
  const resources = createResources(canonical, { custom, reset })
  const authorizationServer = createAuthorizationServer(resources)
  const fetchResource = getRequestListener(withHangUp(resources.fetch), {
    overrideGlobalObjects: false,
  })
  const handler: Handler = async (request, response) => {
    const path = readPath(request)
    if (path === undefined) response.writeHead(400).end()
    else if (isResourcePath(path)) await fetchResource(request, response)
    else await authorizationServer.handle(request, response)
  }
  return { context: canonical, customUrls, handler, reset, authorizationServer, resources }
}
