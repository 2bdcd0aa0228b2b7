import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import { isTokenError } from '../src/index.js'
import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'
import { exchangeConnectionToken } from '../src/tokens/token-vault.js'
import {
  answerOf,
  expectTypedError,
  headers,
  json,
  nearly,
  RUNS,
  secret,
  status,
  TIME,
  text,
} from './hostile.js'

// A stack has nothing of the input, and takes most of the time.
Error.stackTraceLimit = 0

const domain = 'tenant.example.test'
const dpop = await createDpop()

const request = { audience: `https://${domain}/me/`, scope: 'read:me:connected_accounts' }
const grants: Record<string, (fetch: () => Promise<Response>) => Promise<unknown>> = {
  refresh: (fetch) => refresh({ fetch }),
  'refresh with DPoP': (fetch) => refresh({ fetch, dpop }),
  exchange: (fetch) =>
    exchangeConnectionToken({
      domain,
      clientId: 'api',
      clientAuth: { clientSecret: secret.authSession },
      subjectToken: secret.accessToken,
      subjectTokenType: 'access_token',
      connection: 'github',
      fetch,
    }),
}

function refresh(options: { fetch: () => Promise<Response>; dpop?: typeof dpop }) {
  const refreshToken = () => secret.codeVerifier
  const source = refreshTokenSource({ domain, clientId: 'spa', refreshToken, ...options })
  return source({ ...request, forceRefresh: false })
}

const token = {
  access_token: secret.accessToken,
  token_type: 'Bearer',
  expires_in: 60,
  scope: request.scope,
  refresh_token: secret.authSession,
}
const refusal = { error: 'invalid_grant', error_description: `Of ${secret.codeVerifier}` }
const body = fc.oneof(json, ...[token, refusal].map(nearly))
const content = fc.oneof(
  body.map((value) => JSON.stringify(value)),
  body.map((value) => JSON.stringify(value).slice(0, -1)),
  text,
  fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
)

test(
  'any answer of the token endpoint: only TokenErrors come out, and no token in them',
  async () => {
    const grant = fc.constantFrom(...Object.keys(grants))
    const property = fc.asyncProperty(
      grant,
      status,
      headers,
      content,
      async (grant, status, headers, content) => {
        const work = grants[grant]?.(async () => answerOf(content, { status, headers }))
        const error = await expectTypedError(work)
        expect(error === undefined || isTokenError(error)).toBe(true)
      },
    )
    await fc.assert(property, RUNS)
  },
  TIME,
)
