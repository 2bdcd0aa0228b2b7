import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { WRONG_BODY, wait } from '../../faults/damage.js'
import type { Fault, FaultOperation } from '../../faults/faults.js'
import { faultPage } from '../../faults/meet-fault.js'
import { hangUp } from '../../http/hang-up.js'
import { challengeNonce, type TokenNonces } from '../token/nonces.js'
import { type EarlyContext, refuseEarly } from './early-refusal.js'

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

/** Applies the faults that wait for `getToken` and `authorize`, before the endpoints check anything else. */
export function answerTokenFaults(provider: Provider, context: Context, nonces: TokenNonces): void {
  provider.use(async (ctx, next) => {
    const operation = operations[`${ctx.method} ${ctx.path}`]
    const fault = operation && context.faults.take(operation)
    if (!fault) return next()
    await wait(fault.delay)
    if (fault.challenge) challengeNonce(ctx, nonces.next())
    else if (fault.status === undefined) await context.switches.during(fault.switches, next)
    else if (operation === 'authorize') await showPage(ctx, fault)
    else refuseWithStatus(ctx, { ...fault, status: fault.status }, context.now())
    if (fault.damage) await damage(ctx, fault.damage)
  })
}

async function showPage(ctx: Ctx, fault: Fault): Promise<void> {
  const page = faultPage(fault)
  ctx.status = page.status
  ctx.set(Object.fromEntries(page.headers))
  ctx.body = await page.text()
}

function refuseWithStatus(ctx: EarlyContext, fault: Fault & { status: number }, now: number): void {
  const { status, problem } = fault
  const error = errorOfStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error')
  const error_description = `A fault of the emulator set the status ${status}`
  const headers = { ...(status === 429 && rateLimit(now)), ...fault.headers }
  refuseEarly(ctx, { status, body: { error, error_description, ...problem }, headers })
}

async function damage(ctx: Ctx, kind: NonNullable<Fault['damage']>): Promise<void> {
  if (kind === 'empty_body') ctx.body = ''
  else if (kind === 'wrong_content_type') {
    ctx.type = 'html'
    ctx.body = WRONG_BODY
  } else {
    ctx.respond = false
    if (kind === 'truncated_body') await writeHalf(ctx)
    hangUp(ctx.req.socket)
  }
}

// Koa has already set the content type when the body was set.
async function writeHalf({ res, status, body }: Ctx): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  res.writeHead(status, { 'content-length': Buffer.byteLength(text) })
  res.write(text.slice(0, text.length / 2))
  // Give the first half time to be sent.
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
