import type { AccessToken } from '../authorization/access-token.js'

/** An access token, and what it is for. */
export interface IssuedToken {
  audience: string
  scopes: string[]
  token: AccessToken & { expiresAt: number }
  /** Until when it may be handed out, in milliseconds since the epoch. */
  usableUntil: number
}

/** The scopes of a text that separates them by spaces. */
export function scopesOf(text: string): string[] {
  return text.split(' ').filter(Boolean)
}

/** Keeps access tokens by audience and scope, on the clock of this machine. */
export function createTokenCache() {
  let tokens: IssuedToken[] = []

  function serves({ audience, scope }: { audience: string; scope: string }) {
    const wanted = scopesOf(scope)
    return (issued: IssuedToken): boolean =>
      issued.audience === audience && wanted.every((one) => issued.scopes.includes(one))
  }
  return {
    /** A token that has at least these scopes. */
    get: (wanted: { audience: string; scope: string }): AccessToken | undefined =>
      tokens.filter(({ usableUntil }) => usableUntil > Date.now()).find(serves(wanted))?.token,
    /** Keeps a token in place of those that it can stand for. */
    add(issued: IssuedToken): void {
      const { audience, scopes } = issued
      tokens = tokens.filter(
        (one) =>
          one.usableUntil > Date.now() &&
          !(one.audience === audience && one.scopes.every((scope) => scopes.includes(scope))),
      )
      tokens.push(issued)
    },
    /** Forgets the tokens that `get` could answer: all of them, or the one that was refused. */
    delete(wanted: { audience: string; scope: string }, refused?: string): void {
      const isWanted = serves(wanted)
      const isRefused = ({ token }: IssuedToken) =>
        refused === undefined || token.accessToken === refused
      tokens = tokens.filter((one) => !(isWanted(one) && isRefused(one)))
    },
    clear(): void {
      tokens = []
    },
  }
}
