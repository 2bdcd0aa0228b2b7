import { within } from '@connected-accounts/client/internal'
import { SessionError } from '../../errors.js'
import type { AccountEvents, EventMessage, EventSubscription } from '../../events/account-events.js'
import { inBackground } from '../../store/shared-store.js'

/** How often a stream sends something, so that a connection that is dead is noticed, in milliseconds. */
const HEARTBEAT = 15_000
/** How often the session of a stream is checked, in milliseconds. */
const SESSION_CHECK = 60_000
/** How many bytes wait for a browser that does not read, until its stream is closed. */
const MAX_WAITING = 65_536

/** What {@link openEventStream} needs. */
export interface EventStreamOptions {
  events: AccountEvents
  user: string
  /** The hash of the session's id, as `endSession` has it. */
  session: string
  /** When the session ends, in milliseconds since the epoch. */
  expiresAt: number
  lastId: string | undefined
  /** Aborted when the browser leaves. */
  signal: AbortSignal
  /** How long a subscription may take, in milliseconds. */
  timeout: number
  /** Returns whether the session still exists. */
  isLoggedIn: () => Promise<boolean>
  /** Called once, when the stream is over. */
  onClose: () => void
}

/**
 * Opens the stream of a user's events. It ends with the session, and when the browser leaves or does not read.
 *
 * @throws {SessionError} store_unavailable, if the events cannot be subscribed to.
 */
export async function openEventStream(
  options: EventStreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { events, user, session, expiresAt, lastId, signal, timeout, isLoggedIn } = options
  const pipe = createPipe(close)
  const pulse = createPulse({ expiresAt, beat: () => pipe.send(':\n\n'), check, end: close })
  let subscription: EventSubscription | undefined
  let isClosed = false

  function close(): void {
    if (isClosed) return
    isClosed = true
    pulse.stop()
    signal.removeEventListener('abort', close)
    subscription?.close()
    pipe.close()
    options.onClose()
  }
  async function closeIfLoggedOut(): Promise<void> {
    // A store that is away ends the stream, too. The page comes back when it is there again.
    if (!isClosed && !(await isLoggedIn().catch(() => false))) close()
  }
  async function check(): Promise<void> {
    await closeIfLoggedOut()
    if (!isClosed) await subscription?.catchUp().catch(() => {}) // the next check tries again
  }

  signal.addEventListener('abort', close)
  const subscribing = events.subscribe(user, lastId, {
    onMessage: (message) => pipe.send(textOf(message)),
    onSessionEnd: (ended) => {
      if (ended === undefined) void check()
      else if (ended === session) close()
    },
  })
  try {
    subscription = await within(subscribing, timeout)
  } catch (error) {
    close()
    subscribing.then((late) => late.close()).catch(() => {}) // what is thrown here says it
    throw unavailable(error)
  }
  if (signal.aborted) close()
  if (isClosed) subscription.close()
  await closeIfLoggedOut() // the session may have ended before anybody listened
  return pipe.stream
}

/** What {@link createPulse} calls. */
interface PulseOptions {
  /** When everything ends, in milliseconds since the epoch. */
  expiresAt: number
  beat: () => void
  check: () => Promise<void>
  end: () => void
}

/** Starts the heartbeat of a stream and the checks of its session. */
function createPulse({ expiresAt, beat, check, end }: PulseOptions): { stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let checkedAt = Date.now()
  let isStopped = false
  function schedule(): void {
    if (isStopped) return
    timer = setTimeout(onTime, Math.min(HEARTBEAT, Math.max(1, expiresAt - Date.now())))
    inBackground(timer)
  }
  function onTime(): void {
    if (Date.now() >= expiresAt) end()
    else beat()
    if (Date.now() - checkedAt >= SESSION_CHECK) {
      checkedAt = Date.now()
      void check()
    }
    schedule()
  }
  schedule()
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function unavailable(cause: unknown): SessionError {
  return new SessionError('store_unavailable', {
    message:
      'The events failed or did not answer in time; see `cause`. Nothing was lost: try again.',
    cause,
  })
}

/** A stream, and what writes to it. */
interface Pipe {
  stream: ReadableStream<Uint8Array>
  /** Closes the stream instead if the browser does not read: it comes back with the id of its last message. */
  send(text: string): void
  close(): void
}

function createPipe(onCancel: () => void): Pipe {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      cancel() {
        controller = undefined
        onCancel()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING }),
  )
  return {
    stream,
    send(text) {
      if ((controller?.desiredSize ?? 0) > 0) controller?.enqueue(encoder.encode(text))
      else onCancel()
    },
    close() {
      controller?.close()
      controller = undefined
    },
  }
}

/** Returns a message as Server-Sent Events have it. JSON has no line feed. */
function textOf({ id, ...message }: EventMessage): string {
  const data = message.type === 'account' ? message.event : {}
  return `id: ${id}\nevent: ${message.type}\ndata: ${JSON.stringify(data)}\n\n`
}
