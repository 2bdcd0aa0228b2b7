import type { LoggedRequest, TenantLogs } from '../logs/tenant-logs.js'
import { traceOf } from '../logs/trace.js'
import { DATABASE } from '../tenant/connections.js'
import { profileOf } from '../tenant/profile.js'
import type { Organization, Tenant } from '../tenant/tenant.js'
import type { MetadataChange, Person, Users } from '../tenant/users.js'
import { type ClaimTarget, type CustomClaims, checkSize, claimFlaw } from './custom-claims.js'
import type { Actions, PostLoginApi, PostLoginEvent } from './post-login.js'

/** The part of a context that Actions use. */
export interface ActionsContext {
  readonly actions: Actions
  readonly tenant: Tenant
  readonly users: Users
  readonly logs: TenantLogs
  readonly myAccountAudience: string
}

/** A login or a refresh. */
export interface PostLogin {
  userId: string
  clientId: string
  protocol: PostLoginEvent['transaction']['protocol']
  requestedScopes: readonly string[]
  /** The audience of the access token, if there is one. */
  audience: string | undefined
  organization: Organization | undefined
  request: LoggedRequest
  /** The parameters of `/authorize`. */
  query?: Record<string, string>
}

/** What the Action decided. */
export interface PostLoginOutcome {
  /** Why the login is refused. Undefined if it is not. */
  denial?: string
  /** The claims for the access token. */
  accessToken: CustomClaims
  /** The claims for the ID token. */
  idToken: CustomClaims
}

/**
 * Runs the Action `postLogin`, and changes the user's metadata as it says. If the Action throws, the login is refused with its
 * message, and the tenant log and the console have the error.
 */
export async function runPostLogin(
  context: ActionsContext,
  login: PostLogin,
): Promise<PostLoginOutcome> {
  const { postLogin } = context.actions
  const person = context.users.find(login.userId)
  const outcome: PostLoginOutcome = { accessToken: {}, idToken: {} }
  if (!postLogin || !person) return outcome
  const change: Required<MetadataChange> = { user_metadata: {}, app_metadata: {} }
  const isForSystemApi = login.audience === context.myAccountAudience
  try {
    const event = structuredClone(eventOf(context, login, person))
    await postLogin(event, apiOf({ outcome, change, isForSystemApi }))
    checkSize(outcome.accessToken)
    checkSize(outcome.idToken)
    context.users.changeMetadata(login.userId, change)
  } catch (error) {
    outcome.denial = error instanceof Error ? error.message : String(error)
    report(context, login, { error, denial: outcome.denial })
  }
  return outcome
}

function eventOf({ tenant }: ActionsContext, login: PostLogin, person: Person): PostLoginEvent {
  const { clientId, audience, organization, protocol, requestedScopes, request, query = {} } = login
  const { user_id, user_metadata = {}, app_metadata = {}, identity } = person
  const { updated_at: _, ...profile } = profileOf(person)
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  const id = tenant.connections.find(({ name }) => name === identity.connection)?.id
  const strategy = identity.connection === DATABASE ? 'auth0' : identity.provider
  return {
    user: { user_id, ...profile, identities: [identity], user_metadata, app_metadata },
    client: { client_id: clientId, name: client?.name ?? '' },
    connection: { ...(id !== undefined && { id }), name: identity.connection, strategy },
    ...(organization && { organization: namesOf(organization) }),
    ...(audience !== undefined && { resource_server: { identifier: audience } }),
    request: {
      ip: traceOf(request.of).ip,
      hostname: request.url.hostname,
      method: request.method,
      user_agent: request.userAgent,
      query,
    },
    transaction: { protocol, requested_scopes: [...requestedScopes] },
  }
}

function namesOf({ id, name, display_name }: Organization) {
  return { id, name, display_name }
}

interface ApiState {
  outcome: PostLoginOutcome
  change: Required<MetadataChange>
  isForSystemApi: boolean
}

function apiOf({ outcome, change, isForSystemApi }: ApiState): PostLoginApi {
  const setter = (claims: CustomClaims, token: ClaimTarget['token']) => ({
    setCustomClaim(name: string, value: unknown) {
      const flaw = claimFlaw(name, { token, isForSystemApi })
      if (flaw === undefined) claims[name] = copyOf(value)
      else console.warn(`The Action postLogin set ${name} in the ${token}. It is ignored: ${flaw}`)
      return api
    },
  })
  const api: PostLoginApi = {
    access: {
      deny(reason) {
        outcome.denial = String(reason)
        return api
      },
    },
    accessToken: setter(outcome.accessToken, 'access token'),
    idToken: setter(outcome.idToken, 'ID token'),
    user: {
      setAppMetadata(name, value) {
        change.app_metadata[name] = copyOf(value)
        return api
      },
      setUserMetadata(name, value) {
        change.user_metadata[name] = copyOf(value)
        return api
      },
    },
  }
  return api
}

// Returns the value as JSON has it, because tokens and metadata are JSON. Throws if it has none, such as a circular object.
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null')
}

function report(
  { logs }: ActionsContext,
  { clientId, userId, request }: PostLogin,
  { error, denial }: { error: unknown; denial: string },
): void {
  console.error('The Action postLogin failed:', error)
  Object.assign(traceOf(request.of), { clientId, userId })
  const failure = { title: 'access_denied', detail: denial.slice(0, 500) }
  logs.write({ type: 'actions_execution_failed', request, failure })
}
