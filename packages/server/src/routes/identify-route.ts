import { hasFields, isSomeText, parseJson } from '@connected-accounts/client/internal'
import { identifyAccount } from '../accounts/identify.js'
import type { Context } from '../context.js'
import { refuseOtherOrigins } from '../navigation/same-origin.js'
import { answerErrors } from './answer-errors.js'
import { problemAnswers } from './answers.js'
import { problemResponse } from './problem.js'
import { Refusal, readBody } from './request-body.js'
import { refuseLongUrl, wrongMethod } from './route.js'

/**
 * Creates the route that returns the label of an account as JSON: 200 with an `AccountLabel`, or 204 if nobody knows how to ask the
 * provider. It takes a POST of a page of the application. The body may have `{ "login_hint": "…" }`, which must not be in a URL,
 * because servers log URLs.
 *
 * @internal
 */
export function identifyRouteOf(
  context: Context,
): (request: Request, id: string) => Promise<Response> {
  return (request, id) =>
    answerErrors(request, { answers: problemAnswers }, async (store) => {
      const { headers } = store.response
      if (request.method !== 'POST') {
        headers.set('allow', 'POST')
        return problemResponse(wrongMethod('POST'), headers)
      }
      const { origin } = new URL(await context.redirectUriOf(store))
      const refusal = refuseLongUrl(request) ?? refuseOtherOrigins(request, origin)
      if (refusal) return problemResponse(refusal)
      const loginHint = await readHint(request)
      const label = await identifyAccount(context, { id, loginHint }, store)
      headers.set('cache-control', 'no-store')
      if (!label) return new Response(null, { status: 204, headers })
      headers.set('content-type', 'application/json')
      return new Response(JSON.stringify(label), { headers })
    })
}

async function readHint(request: Request): Promise<string | undefined> {
  const text = await (await readBody(request)).text()
  if (!text) return undefined
  const body = parseJson(text)
  const { login_hint: hint }: Record<string, unknown> = Object(body)
  const isHint =
    hint === undefined ||
    (hasFields(body, { login_hint: isSomeText }) && String(hint).length <= 255)
  if (typeof body === 'object' && body && isHint) return hint as string | undefined // was just checked
  throw new Refusal(400, {
    title: 'bad_request',
    detail: 'The body must be JSON like { "login_hint": "…" }, with 1 to 255 characters, or empty.',
  })
}
