import { parseSetCookie } from 'cookie'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FuzzRequest, fuzzRequest, toRequest } from './fuzz-requests.js'
import { createFuzzWorld, type FuzzWorld, type Loot, type Mode } from './fuzz-world.js'

// `npm run fuzz -w packages/server` sends 100,000. To repeat a run: FUZZ_SEED=<seed> npm run fuzz -w packages/server
const { FUZZ_RUNS = '2000', FUZZ_SEED } = process.env
/** How many requests are sent before the attacker gets new sessions and flows. */
const PART = 250
const RUNS = Number(FUZZ_RUNS) / 2
const TIMEOUT = 300_000 + RUNS * 60
const seed = Number(FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))

const TYPES = /^(application\/(problem\+)?json|text\/html; charset=utf-8)$/i
/** Statuses from 500 on that say that the tenant was at fault. */
const TENANT_FAILED = [502, 503, 504]

/** Checks what every answer has to be, whatever the request was. */
async function checkAnswer(world: FuzzWorld, answer: Response): Promise<void> {
  const { status, headers } = answer
  const body = await answer.text()
  if (status >= 500) {
    expect(world.tenant.state, `${status} ${body}`).not.toBe('fine')
    expect(TENANT_FAILED).toContain(status)
  }
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  if (body) expect(headers.get('content-type')).toMatch(TYPES)
  const isPage = headers.get('content-type')?.startsWith('text/html')
  if (status >= 400 && body && !isPage) expect(JSON.parse(body)).toBeTypeOf('object')
  const location = headers.get('location')
  expect(status === 303).toBe(location !== null)
  if (location)
    expect([world.emulator.url, 'http://localhost:3000']).toContain(new URL(location).origin)
  for (const line of headers.getSetCookie()) checkCookie(line)
  expect(headers.getSetCookie().length).toBeLessThanOrEqual(30)
  const shown = [body, ...[...headers].filter(([name]) => name !== 'set-cookie').flat()].join()
  for (const secret of world.secrets) expect(shown.includes(secret)).toBe(false)
}

function checkCookie(line: string): void {
  const { name, path, httpOnly, sameSite, maxAge } = parseSetCookie(line)
  expect(name).toMatch(/^ca_[\w.-]+$/)
  expect({ path, httpOnly, sameSite }).toEqual({ path: '/', httpOnly: true, sameSite: 'lax' })
  expect(maxAge).toBeGreaterThanOrEqual(0)
  expect(line.length).toBeLessThanOrEqual(4096)
}

/** Bob has done nothing, so he is still logged in and his account is still connected. */
async function checkBob({ handler, tenant }: FuzzWorld, { bob }: Loot): Promise<void> {
  tenant.state = 'fine'
  const cookie = [...bob.cookies].map((pair) => pair.join('=')).join('; ')
  const url = 'http://localhost:3000/me/v1/connected-accounts/accounts'
  const answer = await handler(new Request(url, { headers: { cookie } }))
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ accounts: [{ connection: 'github' }] })
}

describe.each<Mode>(['cookie', 'store'])('sessions in mode %s', (mode) => {
  let world: FuzzWorld
  const rejections: unknown[] = []
  const onRejection = (reason: unknown) => void rejections.push(reason)
  beforeAll(async () => {
    world = await createFuzzWorld(mode)
    process.on('unhandledRejection', onRejection)
  })
  afterAll(async () => {
    process.off('unhandledRejection', onRejection)
    await world.close()
  })

  test(
    'random requests, half of them valid in form, get no 500, show no token, and end no session of others',
    async () => {
      const complaints = vi.spyOn(console, 'error')
      const statuses: Record<string, number> = {}
      const startedAt = performance.now()
      for (let part = 0; part * PART < RUNS; part += 1) {
        const loot = await world.renew()
        const property = fc.asyncProperty(fuzzRequest, async (fuzz: FuzzRequest) => {
          const request = toRequest(fuzz, loot)
          if (!request) return
          world.tenant.state = fuzz.tenant
          const answer = await world.handler(request)
          const kind = `${fuzz.operation} ${fuzz.mutations.length > 0 ? 'changed ' : ''}${answer.status}`
          statuses[kind] = (statuses[kind] ?? 0) + 1
          await checkAnswer(world, answer)
        })
        // A request depends on those before it, so that there is nothing to shrink.
        await fc.assert(property, { seed: seed + part, numRuns: PART, endOnFailure: true })
        await checkBob(world, loot)
      }
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      console.log(`${mode}: ${RUNS} requests, seed ${seed}, ${seconds} s`, statuses)
      expect(rejections).toEqual([])
      expect(complaints.mock.calls).toEqual([])
    },
    TIMEOUT,
  )
})
