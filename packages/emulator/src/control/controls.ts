import type { Context } from '../context/context.js'
import type { TenantMemory } from '../context/running-tenant.js'
import type { Fault, FaultOperation, Faults } from '../faults/faults.js'
import type { SwitchBoard } from '../faults/switches.js'
import { type AccessTokenRequest, issueAccessToken } from '../resource-server/issue-access-token.js'
import type { Clock } from '../time/clock.js'
import type { ConnectedAccount } from '../vault/connected-accounts.js'
import type { SeedRequest } from '../vault/seed.js'
import { type ConsentAnswer, type ConsentParts, consent } from './consent.js'
import {
  readAccessTokenRequest,
  readConsentAnswer,
  readFaultRule,
  readSeed,
  readSwitches,
} from './input.js'

/**
 * The methods with which a test changes a running emulator. A wrong argument throws a `TypeError` that names the field; a wrong
 * number of seconds throws a `RangeError`.
 */
export interface EmulatorControls {
  /** Makes single calls fail. `add` throws a `TypeError` if the rule is wrong. */
  readonly faults: Pick<Faults, 'add' | 'clear'>
  /** Changes how the emulator behaves for all calls, until you set the switch again or call `reset()`. */
  readonly switches: Pick<SwitchBoard, 'get' | 'set'>
  /** The emulator's time. Move it forward to let tokens and flows expire, or skew it to reject DPoP proofs. */
  readonly clock: Pick<Clock, 'now' | 'proofNow' | 'advance' | 'skewProofs'>
  /**
   * Reads and changes the clients, APIs, users, organizations, connections and client grants of the running tenant. `set` replaces
   * the lists that you pass and keeps the others.
   */
  readonly tenant: Pick<TenantMemory, 'get' | 'set'>
  /**
   * Adds a fault to the next call of one operation. It is a short form of `faults.add`.
   *
   * @param operation - an `operationId` of the My Account or Management API, `getToken` for the token endpoint, or a page.
   * @throws {TypeError} if the operation or the fault is wrong. The message names the field.
   *
   * @example
   * ```ts
   * emulator.failNext('getToken', { status: 503, headers: { 'retry-after': '1' } })
   * ```
   */
  failNext(operation: FaultOperation, fault: Fault): void
  /**
   * Connects accounts without a browser. Each one is a different account at the provider.
   *
   * @returns the connected accounts, in the order of the requests.
   * @throws {TypeError} if the tenant has no such user or connection. The message names the field.
   *
   * @example
   * ```ts
   * const [google] = await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
   * ```
   */
  seed(requests: SeedRequest | SeedRequest[]): Promise<ConnectedAccount[]>
  /**
   * Issues an access token without a login. It ignores the client's grants and the user's permissions.
   *
   * @throws {TypeError} if the tenant has no such user, client, API, organization or scope. The message names the field.
   *
   * @example
   * ```ts
   * const accessToken = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
   * ```
   */
  issueAccessToken(request: AccessTokenRequest): Promise<string>
  /**
   * Opens the link of a connect request and allows (or cancels) at the provider, without a browser.
   *
   * @param connectUrl - the URL that `startConnect` returned.
   * @param answer - what to do on the consent page: by default, allow with the first account.
   * @returns the callback URL, with which you complete the flow.
   * @throws {Error} if an error page is shown instead, for example because the link was used before. The message says why.
   * @throws {TypeError} if `answer` is wrong, or the page does not offer `answer.account`.
   *
   * @example
   * ```ts
   * const { url } = await startConnect(client, { connection: 'google-oauth2', redirectUri, transactions })
   * const callbackUrl = await emulator.consent(url)
   * ```
   */
  consent(connectUrl: string | URL, answer?: ConsentAnswer): Promise<URL>
}

/** The parts of the emulator that the controls use. */
export interface ControlledParts extends ConsentParts {
  /** Connects accounts without a browser. Error messages begin with `name`. */
  seed(request: SeedRequest | SeedRequest[], name: string): Promise<ConnectedAccount[]>
  readonly tenant: Pick<TenantMemory, 'get' | 'set'>
}

/** Creates the controls of one emulator. */
export function createControls(context: Context, resources: ControlledParts): EmulatorControls {
  const { faults, switches, clock } = context
  const add: Faults['add'] = (rule) => faults.add(readFaultRule(rule, 'fault'))
  return {
    faults: { add, clear: faults.clear },
    switches: {
      get: switches.get,
      set: (change) => switches.set(readSwitches(change, 'switches')),
    },
    clock,
    tenant: { get: resources.tenant.get, set: resources.tenant.set },
    failNext: (operation, fault) => add({ ...fault, operation }),
    seed: async (requests) => resources.seed(readSeed(requests, 'seed'), 'seed'),
    issueAccessToken: async (request) => {
      readAccessTokenRequest(request, 'accessToken')
      return issueAccessToken(context, request)
    },
    consent: async (connectUrl, answer = {}) => {
      readConsentAnswer(answer, 'answer')
      return consent(resources, connectUrl, answer)
    },
  }
}
