import type { ServerResponse } from 'node:http'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Context } from '../context.js'
import { WRONG_BODY, wait } from '../damage.js'
import type { Fault, FaultOperation } from '../faults.js'
import type { components } from '../generated/authentication.js'
import { hangUp } from '../hang-up.js'
import { faultPage } from '../page-fault.js'
import { challengeNonce, type TokenNonces } from './token-nonces.js'

type Ctx = Omit<KoaContextWithOIDC, 'oidc'>

const operations: Record<string, FaultOperation> = {
  'POST /oauth/token': 'getToken',
  'GET /authorize': 'authorize',
}

const errorOfStatus: Record<number, string> = {
  401: 'invalid_client',
  403: 'access_denied',
  429: 'too_many_requests',
}

/** Lets the faults that wait for `getToken` and `authorize` befall their endpoints, before anything else is looked at. */
export function answerTokenFaults(provider: Provider, context: Context, nonces: TokenNonces): void {
  provider.use(async (ctx, next) => {
    const operation = operations[`${ctx.method} ${ctx.path}`]
    const fault = operation && context.faults.take(operation)
    if (!fault) return next()
    await wait(fault.delay)
    if (fault.challenge) challengeNonce(ctx, nonces.next())
    else if (fault.status === undefined) await context.switches.during(fault.switches, next)
    else if (operation === 'authorize') await showPage(ctx, fault)
    else refuse(ctx, { ...fault, status: fault.status }, context.now())
    if (fault.damage) await damage(ctx, fault.damage)
  })
}

async function showPage(ctx: Ctx, fault: Fault): Promise<void> {
  const page = faultPage(fault)
  ctx.status = page.status
  ctx.set(Object.fromEntries(page.headers))
  ctx.body = await page.text()
}

function refuse(ctx: Ctx, fault: Fault & { status: number }, now: number): void {
  const { status, headers, problem } = fault
  ctx.status = status
  ctx.set({
    'access-control-allow-origin': ctx.get('origin') || '*',
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    'cache-control': 'no-store',
    ...(status === 429 && rateLimit(now)),
    ...headers,
  })
  const error = errorOfStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error')
  const body: components['schemas']['OAuthError'] = {
    error,
    error_description: `The emulator was told to answer ${status}`,
  }
  ctx.body = { ...body, ...problem }
}

async function damage(ctx: Ctx, kind: NonNullable<Fault['damage']>): Promise<void> {
  const { status, body } = ctx
  if (kind === 'empty_body') ctx.body = ''
  else if (kind === 'wrong_content_type') {
    ctx.type = 'html'
    ctx.body = WRONG_BODY
  } else {
    ctx.respond = false
    if (kind === 'truncated_body') await writeHalf(ctx.res, status, JSON.stringify(body))
    hangUp(ctx.req.socket)
  }
}

async function writeHalf(response: ServerResponse, status: number, text: string): Promise<void> {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.write(text.slice(0, text.length / 2))
  // Until then the first half is on its way.
  await wait(20)
}

function rateLimit(now: number): Record<string, string> {
  return {
    'retry-after': '1',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(now / 1000) + 1),
  }
}
