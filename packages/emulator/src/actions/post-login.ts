import type { components } from '../generated/management.js'

type Schemas = components['schemas']

/** The Actions of a tenant, as functions. */
export interface Actions {
  /**
   * Runs when a user has logged in, also silently, before the application gets a code; and at each refresh, before it gets tokens.
   *
   * @see https://auth0.com/docs/customize/actions/explore-triggers/post-login
   */
  postLogin?: PostLoginAction
}

/** An Action of Auth0's trigger `post-login`: the function that Auth0 calls `onExecutePostLogin`. */
export type PostLoginAction = (event: PostLoginEvent, api: PostLoginApi) => void | Promise<void>

/** What an Action learns of a login or a refresh: a part of Auth0's event. It is a copy, so that changes have no effect. */
export interface PostLoginEvent {
  user: {
    user_id: string
    email: string
    email_verified: boolean
    name: string
    nickname: string
    picture: string
    identities: Schemas['Identity'][]
    user_metadata: Record<string, unknown>
    app_metadata: Record<string, unknown>
  }
  client: { client_id: string; name: string }
  /** The connection of the user. Only connections of the tenant's data have an `id`. */
  connection: { id?: string; name: string; strategy: string }
  /** The organization that the user logs in to. Undefined if there is none. */
  organization?: { id: string; name: string; display_name: string }
  /** The API that the access token is for. Undefined if it is only for `/userinfo`. */
  resource_server?: { identifier: string }
  request: {
    ip: string
    hostname: string
    method: string
    user_agent: string
    /** The parameters of `/authorize`. Empty at a refresh. */
    query: Record<string, string>
  }
  transaction: {
    /** `oidc-basic-profile` at a login, and `oauth2-refresh-token` at a refresh. */
    protocol: 'oidc-basic-profile' | 'oauth2-refresh-token'
    requested_scopes: string[]
  }
}

/** What an Action can do: a part of Auth0's API. Every function returns the API, so that calls can be chained. */
export interface PostLoginApi {
  access: {
    /**
     * Refuses the login or the refresh with `access_denied`. Changes of metadata remain.
     *
     * @param reason - the `error_description` that the application gets.
     */
    deny(reason: string): PostLoginApi
  }
  accessToken: {
    /** Adds a claim to the access token. Ignores claims that Auth0 reserves, and prints which. */
    setCustomClaim(name: string, value: unknown): PostLoginApi
  }
  idToken: {
    /** Adds a claim to the ID token. Ignores claims that Auth0 reserves, and prints which. */
    setCustomClaim(name: string, value: unknown): PostLoginApi
  }
  user: {
    /** Sets a field of `app_metadata` when the Action has ended. `null` deletes the field. */
    setAppMetadata(name: string, value: unknown): PostLoginApi
    /** Sets a field of `user_metadata` when the Action has ended. `null` deletes the field. */
    setUserMetadata(name: string, value: unknown): PostLoginApi
  }
}

/**
 * Checks the option `actions`.
 *
 * @throws {TypeError} if it is not an object of functions that the emulator knows. The message names the field.
 */
export function readActions(actions: unknown = {}): Actions {
  if (typeof actions !== 'object' || actions === null || Array.isArray(actions)) {
    throw new TypeError('actions must be an object')
  }
  for (const [name, action] of Object.entries(actions)) {
    if (name !== 'postLogin') {
      throw new TypeError(`actions/${name} is not emulated: postLogin is the only Action`)
    }
    if (action === undefined || typeof action === 'function') continue
    throw new TypeError('actions/postLogin must be a function')
  }
  return { ...actions }
}
