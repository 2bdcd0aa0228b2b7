import type { Store } from '../connect/sessions.js'
import type { Context } from '../context/context.js'
import { createDpopNonces } from '../dpop/nonces.js'
import type { Refusals } from '../resource-server/operation.js'
import {
  createProtectedResource,
  type ProtectedResource,
} from '../resource-server/protected-resource.js'
import { operations } from './contract.js'
import { myAccountCors } from './cors.js'
import { faultResponse } from './fault-response.js'
import { logAnswer } from './log-events.js'
import { createHandlers } from './operations.js'
import { problem } from './problem.js'

/** Creates the My Account API of a tenant under `/me/v1`. */
export function createMyAccountApi(context: Context, store: Store): ProtectedResource {
  const resource = createProtectedResource(context, {
    path: '/me/v1',
    audience: context.myAccountAudience,
    operations,
    handlers: createHandlers(context, store),
    nonces: createDpopNonces(context.now, () => context.switches.get().myAccountNonce),
    refusals,
    before: myAccountCors(context.tenant),
    onAnswer: (operation, answered) => logAnswer(context.logs, operation, answered),
  })
  return {
    ...resource,
    async fetch(request) {
      const response = await resource.fetch(request)
      const isProblem = !response.ok && response.headers.get('content-type') === 'application/json'
      if (isProblem) response.headers.set('content-type', context.switches.get().problemType)
      return response
    },
  }
}

const refusals: Refusals = {
  notFound: (method, path) =>
    problem('not_found', `The requested resource ${method} ${path} was not found.`),
  unauthorized({ code, message, headers }) {
    if (code === 'invalid_dpop_proof') {
      return problem('bad_request', `Invalid DPoP proof: ${message}`, { headers })
    }
    const kind = code === 'invalid_token' ? 'invalid_token' : 'unauthorized'
    return problem(kind, message, { headers })
  },
  forbidden: (scope, challenge) =>
    problem('insufficient_scope', `The access token lacks the scope ${scope}`, {
      headers: { 'www-authenticate': challenge },
    }),
  unsupportedMediaType: () =>
    problem('unsupported_media_type', 'The body must be application/json'),
  invalid(validationErrors) {
    const { source } = validationErrors[0]
    const detail = `Invalid request ${source === 'body' ? 'payload' : source} input`
    return problem('validation', detail, { validationErrors })
  },
  fault: faultResponse,
  failed: () => problem('internal', 'The emulator failed. Its output has the error'),
}
