import { covers, type IssuedToken, isUsableFor, type TokenRequest } from './issued-token.js'

/** The access tokens of one session, by audience and scope. */
export interface TokenCache {
  /** Returns a token that can serve the request now. */
  get(request: TokenRequest): IssuedToken | undefined
  /** Adds a token. It replaces those of its audience whose scopes it includes. */
  add(token: IssuedToken): void
  /**
   * Removes the tokens that could serve the request.
   *
   * @param rejectedToken - Removes this access token only. By default all of them.
   */
  delete(request: TokenRequest, rejectedToken?: string): void
  /** Removes all tokens. */
  clear(): void
}

/** Creates an empty cache, which goes by the clock of this machine. */
export function createTokenCache(): TokenCache {
  let tokens: IssuedToken[] = []
  return {
    get: (request) => tokens.find((token) => isUsableFor(request, token)),
    add(added) {
      tokens = [...tokens.filter((token) => !covers(token, added)), added]
    },
    delete(request, rejectedToken) {
      const isDeleted = (token: IssuedToken) =>
        covers(request, token) && (rejectedToken ?? token.accessToken) === token.accessToken
      tokens = tokens.filter((token) => !isDeleted(token))
    },
    clear() {
      tokens = []
    },
  }
}
