import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { Place } from '../navigation/return-to.js'

/** Finds the place of the application, for a request. */
export type PlaceOf = (storeOptions: StoreOptions) => Promise<Place>

/** Which route a path belongs to. */
export interface RoutePath {
  isCallback: boolean
  /** The path beside the callback, such as `login`. */
  name: string
}

/**
 * Returns a function that finds the place of the application.
 *
 * @param options.basePath - See `RoutesOptions`.
 * @param placeAt - Returns what is particular about the place, by its `redirect_uri`. Default: the home is the `basePath`.
 * @throws {TypeError} if `basePath` is not a path, or the `redirect_uri` does not begin with it.
 * @internal
 */
export function createPlaces(
  { options, redirectUriOf }: Context,
  { basePath = '' }: { basePath?: string | undefined },
  placeAt?: (redirectUri: string) => Omit<Place, 'redirectUri'>,
): PlaceOf {
  if (basePath && !/^\/(?!\/)[^?#]*$/.test(basePath)) {
    throw new TypeError("basePath must be a path that begins with one slash, like '/app'.")
  }
  const find = (redirectUri: string): Place => {
    checkInside(redirectUri, basePath)
    return { redirectUri, ...(placeAt?.(redirectUri) ?? { home: basePath || '/' }) }
  }
  const { redirect_uri: configured } = options.authorizationParams
  if (typeof configured !== 'function') find(configured) // so that a mistake is reported at once
  return async (storeOptions) => find(await redirectUriOf(storeOptions))
}

/**
 * Returns the URLs of the application, if its routes are beside the callback. If they are right beneath `basePath`, this is the path
 * of the routes alone, so the home is `/`.
 *
 * @internal
 */
export function placeBeside(redirectUri: string, basePath = ''): Omit<Place, 'redirectUri'> {
  const { folder } = callbackOf(redirectUri)
  const isOfRoutes = folder === `${withoutSlash(basePath)}/`
  return { home: isOfRoutes ? '/' : basePath || '/', login: `${folder}login` }
}

/**
 * Returns the routes that a path may belong to, if the routes are beside the callback. A path is recognized with a slash at its end
 * and without, and with `basePath` and without.
 *
 * @throws {TypeError} if the `redirect_uri` has no path.
 * @internal
 */
export function routePathsOf(pathname: string, redirectUri: string, basePath = ''): RoutePath[] {
  const { folder, callback } = callbackOf(redirectUri)
  return [pathname, withoutSlash(basePath) + pathname]
    .map(withoutSlash)
    .filter((path) => path.startsWith(folder))
    .map((path) => ({ isCallback: path === callback, name: path.slice(folder.length) }))
}

/**
 * Returns the paths that may have been removed from the beginning of this one, the shortest first.
 *
 * @internal
 */
export function removablePaths(redirectUri: string): string[] {
  const parts = callbackOf(redirectUri).folder.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}

/** Returns the path of the callback without a slash at its end, and the folder that it is in, with one. */
function callbackOf(redirectUri: string): { callback: string; folder: string } {
  const callback = withoutSlash(new URL(redirectUri).pathname)
  if (!callback) {
    throw new TypeError(
      'redirect_uri must have a path, like https://app.example.com/auth/callback, because the other routes are beside it.',
    )
  }
  return { callback, folder: callback.slice(0, callback.lastIndexOf('/') + 1) }
}

function checkInside(redirectUri: string, basePath: string): void {
  const { origin, pathname } = new URL(redirectUri)
  const base = withoutSlash(basePath)
  if (pathname.startsWith(`${base}/`)) return
  throw new TypeError(
    `basePath is '${basePath}', but the path of the redirect_uri, '${pathname}', does not begin with it. The redirect_uri is the ` +
      `URL that the browser sees, such as ${origin}${base}/auth/callback.`,
  )
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '')
}
