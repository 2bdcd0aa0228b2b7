import { Ajv2020, type JSONSchemaType } from 'ajv/dist/2020.js'
import { Hono, type Context as HonoContext } from 'hono'
import { cors } from 'hono/cors'
import type { ConnectedAccount } from './connected-accounts.js'
import type { Context } from './context.js'
import type { Fault } from './faults.js'
import { readJson } from './request-body.js'
import type { SeedRequest } from './seed-accounts.js'

interface FaultRequest extends Fault {
  operation: string
}

interface AccountsRequest {
  user_id: string
  connection: string
  count?: number
}

const faultRequest: JSONSchemaType<FaultRequest> = {
  type: 'object',
  additionalProperties: false,
  required: ['operation', 'status'],
  properties: {
    operation: { type: 'string', minLength: 1 },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    headers: {
      type: 'object',
      nullable: true,
      required: [],
      propertyNames: { pattern: "^[\\w!#$%&'*+.^`|~-]+$" },
      additionalProperties: { type: 'string', pattern: '^[\\x20-\\x7e]*$' },
    },
  },
}

const accountsRequest: JSONSchemaType<AccountsRequest> = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id', 'connection'],
  properties: {
    user_id: { type: 'string', minLength: 1 },
    connection: { type: 'string', minLength: 1 },
    count: { type: 'integer', minimum: 1, maximum: 100, nullable: true },
  },
}

/** What the control API can do to the emulator. */
export interface Controls {
  context: Context
  seed(request: SeedRequest): Promise<ConnectedAccount[]>
  reset(): void | Promise<void>
}

/**
 * The control API under `/_emulator`, for tests that run in a browser: `POST /faults` with `{ operation, status, headers? }`,
 * `POST /reset`, and `POST /accounts` with `{ user_id, connection, count? }`. Open to every origin. Bad input gets a 400
 * with an `error` that names the field.
 */
export function createControl({ context, seed, reset }: Controls): Hono {
  const app = new Hono().basePath('/_emulator')
  const ajv = new Ajv2020({ allErrors: true })
  const checkFault = ajv.compile(faultRequest)
  const checkAccounts = ajv.compile(accountsRequest)
  const explain = (errors: typeof checkFault.errors) => ajv.errorsText(errors, { dataVar: 'body' })
  app.use(cors())
  app.post('/faults', async (c) => {
    const { value, flaw } = await readJson(c.req.raw)
    if (flaw || !checkFault(value)) return bad(c, flaw ?? explain(checkFault.errors))
    const { operation, ...fault } = value
    context.faults.add(operation, fault)
    return c.body(null, 204)
  })
  app.post('/reset', async (c) => {
    await reset()
    return c.body(null, 204)
  })
  app.post('/accounts', async (c) => {
    const { value, flaw } = await readJson(c.req.raw)
    if (flaw || !checkAccounts(value)) return bad(c, flaw ?? explain(checkAccounts.errors))
    const { user_id: userId, connection, count = 1 } = value
    const { users, connections } = context.tenant
    if (!users.some((user) => user.user_id === userId))
      return bad(c, 'body/user_id is no user of the tenant')
    if (!connections.some(({ name }) => name === connection)) {
      return bad(c, 'body/connection is no connection of the tenant')
    }
    return c.json({ accounts: await seed({ userId, connection, count, now: context.now() }) }, 201)
  })
  return app
}

function bad(c: HonoContext, error: string): Response {
  return c.json({ error }, 400)
}
