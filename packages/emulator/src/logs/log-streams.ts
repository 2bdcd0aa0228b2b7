import type { LogStream, Tenant } from '../tenant/tenant.js'
import { postLogs } from './post-logs.js'
import type { TenantLog } from './tenant-logs.js'

/** Sends the events of the tenant log to the tenant's log streams, in their order. It uses the machine's time. */
export interface LogStreams {
  /** Adds an event to what waits for each log stream. */
  add(log: TenantLog): void
  /** Deletes the events that wait. A request that is on its way may still arrive. */
  clear(): void
  /** Sends the events that wait: for at most five seconds, and at most three times to a receiver that refuses them. */
  close(): Promise<void>
}

/** The events that wait for one log stream. */
interface Queue {
  logs: TenantLog[]
  /** How many times in a row the receiver has not accepted the first events. */
  failures: number
  /** Whether events were deleted because too many waited, since the receiver last accepted any. */
  isOverfull?: boolean
  /** Settles when no events wait. Undefined if none are being sent. */
  sending?: Promise<void> | undefined
}

const WAITING_LIMIT = 1000
const BATCH_LIMIT = 100
const ATTEMPTS = 3
const LONGEST_PAUSE = 5000
const CLOSE_LIMIT = 5000

/** Creates the senders of a tenant. It reads the log streams at each request, so that they can change. */
export function createLogStreams(tenant: Pick<Tenant, 'log_streams'>): LogStreams {
  const queues = new Map<string, Queue>()
  const pauses = new Set<() => void>()
  let isClosing = false
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        pauses.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      // In Node, the events that wait must not keep the process alive. Browsers have numbers here.
      if (typeof timer === 'object') timer.unref()
      pauses.add(wake)
    })
  const send = async (name: string, queue: Queue) => {
    // The events of the same moment are sent together.
    await pause(0)
    while (queue.logs.length > 0) {
      const stream = tenant.log_streams?.find((one) => one.name === name)
      if (!stream) queue.logs = []
      else if (await isAccepted(stream, queue)) continue
      if (isClosing && queue.failures >= ATTEMPTS) return
      if (queue.failures > 0) await pause(Math.min(50 * 2 ** queue.failures, LONGEST_PAUSE))
    }
  }
  return {
    add(log) {
      for (const { name } of tenant.log_streams ?? []) {
        const queue = queues.get(name) ?? { logs: [], failures: 0 }
        queues.set(name, queue)
        addTo(queue, log, name)
        queue.sending ??= send(name, queue).finally(() => {
          queue.sending = undefined
        })
      }
    },
    clear() {
      for (const queue of queues.values()) {
        Object.assign(queue, { logs: [], failures: 0, isOverfull: false })
      }
      for (const wake of pauses) wake()
    },
    async close() {
      isClosing = true
      for (const wake of pauses) wake()
      await within(CLOSE_LIMIT, Promise.all([...queues.values()].map(({ sending }) => sending)))
      for (const [name, { logs }] of queues) {
        if (logs.length > 0) warn(name, `did not get the last events: ${logs.length}`)
      }
      queues.clear()
    },
  }
}

function addTo(queue: Queue, log: TenantLog, name: string): void {
  queue.logs.push(log)
  if (queue.logs.length <= WAITING_LIMIT) return
  queue.logs.shift()
  if (queue.isOverfull) return
  queue.isOverfull = true
  warn(name, `has more than ${WAITING_LIMIT} events waiting, so the oldest are deleted`)
}

async function isAccepted({ name, sink }: LogStream, queue: Queue): Promise<boolean> {
  const limit = sink.httpContentFormat === 'JSONOBJECT' ? 1 : BATCH_LIMIT
  const batch = queue.logs.slice(0, limit)
  const failure = await postLogs(sink, batch)
  if (failure === undefined) {
    queue.logs = queue.logs.filter((log) => !batch.includes(log))
    Object.assign(queue, { failures: 0, isOverfull: false })
    return true
  }
  // `clear` may have deleted the events meanwhile.
  if (queue.logs.length === 0) return true
  queue.failures += 1
  if (queue.failures === ATTEMPTS) warn(name, `cannot be delivered, and is tried again: ${failure}`)
  return false
}

function warn(name: string, what: string): void {
  console.error(`The log stream ${name} ${what}`)
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}
