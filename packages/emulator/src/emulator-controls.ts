import { type AccessTokenRequest, issueAccessToken } from './access-token-request.js'
import { readFaultRule, readSeed, readSwitches, type SeedRequest } from './check-input.js'
import type { Clock } from './clock.js'
import type { ConnectedAccount } from './connected-accounts.js'
import { type ConsentAnswer, consent } from './consent.js'
import type { Context } from './context.js'
import type { Fault, FaultOperation, Faults } from './faults.js'
import type { Resources } from './resources.js'
import type { SwitchBoard } from './switches.js'
import type { TenantMemory } from './tenant-memory.js'

/** What a test tells an emulator from code. What is wrong throws a `TypeError` that names the field, or the clock's `RangeError`. */
export interface EmulatorControls {
  /** What goes wrong with single calls. */
  readonly faults: Pick<Faults, 'add' | 'clear'>
  /** How the emulator behaves until told otherwise. */
  readonly switches: Pick<SwitchBoard, 'get' | 'set'>
  /** What every expiry, and what the `iat` of proofs is read against. */
  readonly clock: Pick<Clock, 'now' | 'proofNow' | 'advance' | 'skewProofs'>
  /** Its clients, APIs, users, organizations, connections and client grants while it runs; `set` replaces the lists that it is given. */
  readonly tenant: Pick<TenantMemory, 'get' | 'set'>
  /** Short for `faults.add`: the next call of this operation (`getToken` is the token endpoint) has the fault. */
  failNext(operation: FaultOperation, fault: Fault): void
  /** Connects accounts without a browser, each another one at the provider, and gives them in their order. */
  seed(requests: SeedRequest | SeedRequest[]): Promise<ConnectedAccount[]>
  /**
   * Issues an access token as after a login, without one and whatever the client's grants say. Rejects with a `TypeError` that
   * names the field if the tenant has no such user, client, API or scope.
   */
  issueAccessToken(request: AccessTokenRequest): Promise<string>
  /**
   * Goes from the link of a connect request to the callback as a person does, without a browser, and gives the callback's URL.
   * Rejects with an `Error` that says what stands on the page where it ends otherwise, as with a used link.
   */
  consent(connectUrl: string | URL, answer?: ConsentAnswer): Promise<URL>
}

/** The controls of one emulator. */
export function createControls(context: Context, resources: Resources): EmulatorControls {
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
    issueAccessToken: (request) => issueAccessToken(context, request),
    consent: (connectUrl, answer) => consent(resources.fetch, connectUrl, answer),
  }
}
