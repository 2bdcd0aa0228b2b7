import { createNewest } from '../newest.js'

/** The refresh tokens that came in place of others, read from answers before anything checks these. */
export interface Rotations {
  /** Sends the request; of an answer to a refresh it remembers the new refresh token. */
  fetch(request: Request): Promise<Response>
  /** What came in place of this one, once. */
  take(refreshToken: string): string | undefined
}

const MAX_UNDER_WAY = 1000

/**
 * Watches refreshes: an answer may be refused as a whole, for its ID token say, after the tenant has made the refresh token
 * in it the only one that is good.
 */
export function createRotations(send: (request: Request) => Promise<Response>): Rotations {
  const rotated = createNewest<string>(MAX_UNDER_WAY)
  return {
    async fetch(request) {
      const sent = request.method === 'POST' ? await sentRefreshToken(request.clone()) : undefined
      const response = await send(request)
      const received = sent && response.ok ? await refreshTokenOf(response.clone()) : undefined
      if (sent && received) rotated.set(sent, received)
      return response
    },
    take(refreshToken) {
      const received = rotated.get(refreshToken)
      rotated.delete(refreshToken)
      return received
    },
  }
}

async function sentRefreshToken(request: Request): Promise<string | undefined> {
  const form = new URLSearchParams(await request.text())
  return form.get('refresh_token') ?? undefined
}

async function refreshTokenOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response.json().catch(() => undefined) // what is no JSON has none
  const { refresh_token }: { refresh_token?: unknown } = { ...(typeof body === 'object' && body) }
  return typeof refresh_token === 'string' ? refresh_token : undefined
}
