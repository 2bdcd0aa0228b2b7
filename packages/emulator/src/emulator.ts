import { AsyncLocalStorage } from 'node:async_hooks'
import { type Actions, readActions } from './actions/post-login.js'
import { type ContextSettings, createContexts } from './context/context.js'
import { checkBooleans, checkHost, readPublicUrl, refuseUnknown } from './control/check-options.js'
import { type EmulatorClients, emulatorClients } from './control/clients.js'
import { createControls, type EmulatorControls } from './control/controls.js'
import { createDomains } from './domains.js'
import type { Switches } from './faults/switches.js'
import { createCertificate } from './http/certificate.js'
import { type Fetch, serveInProcess, serverWithoutPort } from './http/in-process.js'
import { createListener } from './http/listener.js'
import { hostnameOf, type PublicUrl, withPublicUrl } from './http/public-url.js'
import { type HttpServer, listenOn } from './http/server.js'
import type { TenantLog, TenantLogs } from './logs/tenant-logs.js'
import { createAuthorizationServer } from './oidc/authorization-server.js'
import { type ReadSnapshot, readSnapshot } from './snapshot/read-snapshot.js'
import { restoreSnapshot } from './snapshot/restore-snapshot.js'
import type { Snapshot } from './snapshot/snapshot.js'
import { takeSnapshot } from './snapshot/take-snapshot.js'
import { credentialFlaw } from './tenant/client-credentials.js'
import { readTenant } from './tenant/read-tenant.js'
import { loadSigningKey } from './tenant/signing-key.js'
import type { Connection, Tenant, User } from './tenant/tenant.js'

/** The options of `createEmulator`. */
export interface EmulatorOptions {
  /** If false, the emulator opens no port and only `emulator.fetch` reaches it. Its `url` is the same as if it listened. True by default. */
  listen?: boolean
  /** The port to listen on: 4400 by default, and 0 takes any free port. */
  port?: number
  /** The address to listen on. Only this machine can reach `localhost`, the default. The whole network can reach `0.0.0.0`. */
  host?: string
  /**
   * If true, serves https only. The emulator makes a new certificate for `localhost`, the host, the custom domains and the host of
   * `publicUrl`. False by default.
   */
  https?: boolean
  /**
   * The origin at which callers reach the emulator, if it is not the one that it listens on, for example `https://auth.example.test`
   * behind a proxy or `http://emulator:4400` in a network of containers. It is the emulator's `url`, and its issuer begins with it.
   */
  publicUrl?: string
  /**
   * If true, the emulator believes the `X-Forwarded-Host` and `X-Forwarded-For` of a proxy. Only with `publicUrl`. False by default:
   * the emulator then ignores these headers, because any caller can send them.
   */
  trustProxy?: boolean
  /** The tenant to start with. Each list that you pass replaces the default list; see `defaultTenant`. */
  tenant?: Partial<Tenant>
  /**
   * What an earlier emulator held, from its `snapshot()` or from a file of `--export-on-exit`: configuration, users and connected
   * accounts. Not with `tenant`. `reset()` restores it.
   */
  snapshot?: Snapshot
  /** The tenant's Actions: none by default. They are functions, so that tenant files cannot have them. */
  actions?: Actions
}

/** A running emulator. */
export interface Emulator extends EmulatorControls {
  /** The origin of the emulator, for example `http://localhost:4400`. */
  readonly url: string
  /** The value for an SDK's option `domain`. It is the same as `url`. */
  readonly domain: string
  /** The origins of all domains: first `domain`, then the custom domains in the tenant's order. */
  readonly domains: readonly string[]
  /** With `https`, the certificate in PEM that callers must trust: the one of the authority that signed the server's certificate. */
  readonly certificate: string | undefined
  /** The client IDs and secrets to configure your application with. */
  readonly clients: EmulatorClients
  /** The tenant's users as they are now, with their passwords. */
  readonly users: readonly User[]
  /** The tenant's connections as they are now. */
  readonly connections: readonly Connection[]
  /** How many times since the last reset a client reused a rotated refresh token after its leeway, which revokes the token family. */
  readonly refreshTokenReuses: number
  /** A `fetch` that reaches the emulator inside this process, without a socket. Pass it to a client's option `fetch`. */
  readonly fetch: Fetch
  /** The last 1000 events of the tenant log since the last reset, the newest last. */
  readonly logs: readonly TenantLog[]
  /**
   * Calls the listener for each new event of the tenant log.
   *
   * @returns a function that removes the listener.
   */
  onLog: TenantLogs['subscribe']
  /**
   * Returns the emulator to its first state: deletes all sessions, grants, tokens, connected accounts and faults, and resets the
   * clock, the switches and the tenant. With the option `snapshot`, it restores the snapshot's accounts.
   */
  reset(): void
  /**
   * Returns what the tenant holds, as JSON: its configuration with all changes, its users and their connected accounts. Logins,
   * refresh tokens, faults, switches and the clock are not part of it.
   *
   * @example
   * ```ts
   * const snapshot = emulator.snapshot()
   * const next = await createEmulator({ port: 0, snapshot })
   * ```
   */
  snapshot(): Snapshot
  /** Stops listening, closes open connections, and sends the events that wait for a log stream: for at most five seconds. */
  close(): Promise<void>
}

/**
 * Starts an emulator of an Auth0 tenant.
 *
 * @returns the emulator, once it accepts requests.
 * @throws {TypeError} if an option is wrong, or `trustProxy` is set without `publicUrl`, or `tenant` together with `snapshot`. The
 * message names the field, for example `tenant/clients/0/app_type`.
 * @throws {RangeError} if `port` is not an integer from 0 to 65535, or is 0 with `listen: false`.
 * @throws {Error} if the port is in use, or the host is not an address of this machine. The message says what to do.
 *
 * @example
 * ```ts
 * const emulator = await createEmulator({ port: 0 })
 * const auth0 = new Auth0Client({ domain: emulator.domain, clientId: emulator.clients.spa.clientId })
 * // … run your test …
 * await emulator.close()
 * ```
 */
export async function createEmulator({
  listen = true,
  port = 4400,
  host = 'localhost',
  https = false,
  publicUrl,
  trustProxy = false,
  tenant: option,
  snapshot,
  actions,
  ...rest
}: EmulatorOptions = {}): Promise<Emulator> {
  refuseUnknown(rest)
  checkBooleans({ listen, https, trustProxy })
  const publicOrigin = readPublicUrl(publicUrl, trustProxy)
  checkHost(host)
  checkPort(port, listen)
  const saved = await readStart(option, snapshot)
  const parts = { tenant: saved.tenant, actions: readActions(actions) }
  const switchesDuring = new AsyncLocalStorage<Partial<Switches>>()
  const settings = { ...parts, credentialFlaw, switchesDuring, signingKey: await loadSigningKey() }
  const hosts = hostsOf(host, { ...settings, publicOrigin })
  const { certificate, ...opened } = await openServer({ listen, host, port, https, hosts })
  const server = withPublicUrl(opened.server, { publicOrigin })
  const assembled = assemble(server, { ...settings, publicOrigin, trustProxy, saved })
  const { context, customUrls, handler, authorizationServer, reset } = assembled
  server.serve(handler)
  const { url } = server
  const origins = [url, ...customUrls]
  const inProcess = serveInProcess(handler, origins)
  return {
    url,
    domain: url,
    domains: origins,
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
    ...createControls(context, assembled.domains),
    reset,
    snapshot: () => takeSnapshot(assembled.parts),
    async close() {
      inProcess.close()
      await server.close()
      await context.logStreams.close()
    },
  }
}

type ServerOptions = Required<Pick<EmulatorOptions, 'listen' | 'host' | 'port' | 'https'>>

/** Opens the port, if there is to be one. With https, creates a certificate for the hosts. */
async function openServer({
  listen,
  host,
  port,
  https,
  hosts,
}: ServerOptions & { hosts: string[] }) {
  if (!listen) return { server: serverWithoutPort({ host, port, https }), certificate: undefined }
  const certificate = https ? await createCertificate(hosts) : undefined
  return { server: await listenOn({ host, port, certificate }), certificate }
}

/** Returns the names by which the emulator can be called. */
function hostsOf(
  host: string,
  { tenant, publicOrigin }: { tenant: Tenant; publicOrigin: string | undefined },
): string[] {
  const { custom_domains: names = [] } = tenant
  if (names.includes(host.toLowerCase())) {
    throw new TypeError(`tenant/custom_domains must not have ${host}, which is the host`)
  }
  return [host, ...names, ...(publicOrigin === undefined ? [] : [hostnameOf(publicOrigin)])]
}

function checkPort(port: number, listen: boolean): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError('port must be an integer from 0 to 65535')
  }
  if (port === 0 && !listen) {
    throw new RangeError(
      'port must not be 0 with listen: false, because the emulator then opens no port: leave it out',
    )
  }
}

/** Returns what the emulator starts with: a snapshot, or a tenant without users of connections and accounts. */
async function readStart(
  option: Partial<Tenant> | undefined,
  snapshot: Snapshot | undefined,
): Promise<ReadSnapshot> {
  if (snapshot === undefined) {
    const tenant = readTenant(option, { credentialFlaw })
    return { tenant, connection_users: [], connected_accounts: [] }
  }
  if (option === undefined) return readSnapshot(snapshot, credentialFlaw)
  throw new TypeError('tenant must be left out with snapshot, which has a tenant')
}

interface Assembly extends ContextSettings, PublicUrl {
  saved: ReadSnapshot
}

function assemble({ url, urlOf }: HttpServer, settings: Assembly) {
  const customUrls = (settings.tenant.custom_domains ?? []).map(urlOf)
  const { canonical, custom } = createContexts(settings, { url, customUrls })
  const { publicOrigin, trustProxy } = settings
  const redirectsToDomain = publicOrigin === undefined
  const authorizationServer = createAuthorizationServer(canonical, { redirectsToDomain })
  const { createIssuer } = authorizationServer
  const reset = () => {
    authorizationServer.reset()
    domains.reset()
    restoreSnapshot(parts, settings.saved)
  }
  const domains = createDomains(canonical, { custom, createIssuer, reset })
  const parts = { ...domains, context: canonical }
  restoreSnapshot(parts, settings.saved)
  const handler = createListener(domains.fetch, { trustProxy, hostname: new URL(url).host })
  return { context: canonical, customUrls, handler, reset, authorizationServer, domains, parts }
}
