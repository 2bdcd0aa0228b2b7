import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../context/context.js'
import type { TenantMemory } from '../context/running-tenant.js'
import { readJson } from '../http/body.js'
import { InputError } from '../tenant/input-error.js'
import type { Tenant } from '../tenant/tenant.js'
import type { ConnectedAccount } from '../vault/connected-accounts.js'
import type { SeedRequest } from '../vault/seed.js'
import { guardControl } from './guard.js'
import {
  type Reader,
  readClockChange,
  readFaultRule,
  readNewUser,
  readSeed,
  readSwitches,
} from './input.js'
import { createUser } from './users.js'

/** The parts of the emulator that the control API uses. */
export interface Controls {
  context: Context
  /** Connects accounts. Error messages begin with `name`. */
  seed(request: SeedRequest | SeedRequest[], name: string): Promise<ConnectedAccount[]>
  tenant: Pick<TenantMemory, 'get' | 'set'>
  reset(): void | Promise<void>
}

/**
 * Creates the control API under `/_emulator`, for tests that run in a browser. `POST` changes `/faults`, `/switches`, `/clock`,
 * `/users`, `/accounts`, `/tenant` and `/reset`. `GET` reads switches, clock and tenant. `DELETE` removes faults. Only pages and programs of
 * this machine can call it. It responds to wrong input with 400 and an `error` that names the field.
 */
export function createControl({ context, seed, tenant, reset }: Controls): Hono {
  const { clock, faults, switches } = context
  const app = new Hono().basePath('/_emulator')
  guardControl(app, context.url)
  app.onError((error, c) => {
    if (error instanceof InputError || error instanceof RangeError)
      return c.json({ error: error.message }, 400)
    throw error
  })
  app.post('/faults', async (c) => {
    faults.add(await read(c, readFaultRule))
    return c.body(null, 204)
  })
  app.get('/faults', (c) => c.json({ faults: faults.list() }))
  app.delete('/faults/:id{\\d+}', (c) => {
    if (faults.remove(Number(c.req.param('id')))) return c.body(null, 204)
    return c.json({ error: 'There is no waiting fault with this id' }, 404)
  })
  app.delete('/faults', (c) => {
    faults.clear()
    return c.body(null, 204)
  })
  app.get('/switches', (c) => c.json(switches.get()))
  app.post('/switches', async (c) => {
    switches.set(await read(c, readSwitches))
    return c.json(switches.get())
  })
  const times = () => ({ now: clock.now(), proofNow: clock.proofNow() })
  app.get('/clock', (c) => c.json(times()))
  app.post('/clock', async (c) => {
    const { advance, skewProofs } = await read(c, readClockChange)
    if (advance !== undefined) clock.advance(advance)
    if (skewProofs !== undefined) clock.skewProofs(skewProofs)
    return c.json(times())
  })
  app.get('/requests', (c) => c.json({ requests: context.requests.list() }))
  app.get('/logs', (c) => c.json({ logs: context.logs.list() }))
  app.post('/users', async (c) => c.json(createUser(tenant, await read(c, readNewUser)), 201))
  app.post('/accounts', async (c) => {
    return c.json({ accounts: await seed(await read(c, readSeed), 'body') }, 201)
  })
  app.get('/tenant', (c) => c.json(tenant.get()))
  app.post('/tenant', async (c) => {
    await read(c, (change) => setTenant(tenant, change))
    return c.json(tenant.get())
  })
  app.post('/reset', async (c) => {
    await reset()
    return c.body(null, 204)
  })
  return app
}

async function read<Value>(c: HonoContext, reader: Reader<Value>): Promise<Value> {
  const { value, flaw } = await readJson(c.req.raw)
  if (flaw) throw new InputError(flaw)
  return reader(value, 'body')
}

function setTenant(tenant: Controls['tenant'], change: unknown): void {
  try {
    tenant.set(change as Partial<Tenant>) // `set` checks its argument
  } catch (error) {
    throw error instanceof TypeError ? new InputError(error.message) : error
  }
}
