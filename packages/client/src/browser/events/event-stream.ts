import { wait, withAbortController } from '../../http/abort.js'

/** A message of an event stream. */
export interface StreamMessage {
  /** Where to go on after this message. */
  id: string
  type: string
  data: string
}

/** What {@link followEventStream} needs. */
export interface EventStreamOptions {
  url: string
  signal: AbortSignal
  /** Returns the id of the last message that the browser has, from whichever connection. */
  lastId: () => string | undefined
  onMessage: (message: StreamMessage) => void
}

/** How long a connection may be silent, in milliseconds. The server sends something every 15 seconds. */
const MAX_SILENCE = 45_000
/** The longest pause before a new connection, in milliseconds. */
const MAX_PAUSE = 30_000

/**
 * Reads an event stream, and connects again whenever it ends, with the id of the last message. Resolves when the server says that
 * there is nothing to read: nobody is logged in, or the route is missing. Rejects if the signal is aborted.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function followEventStream(options: EventStreamOptions): Promise<void> {
  for (let failures = 0; ; ) {
    const outcome = await readOnce(options)
    options.signal.throwIfAborted()
    if (outcome === 'over') return
    failures = outcome === 'read' ? 0 : failures + 1
    // At random, so that the browsers do not all come back at once when a server has been restarted.
    await wait(Math.random() * Math.min(MAX_PAUSE, 1000 * 2 ** failures), options.signal)
  }
}

/** Returns `read` if the connection was one, `failed` if the next may be, and `over` if none will. */
async function readOnce(options: EventStreamOptions): Promise<'read' | 'failed' | 'over'> {
  const { url, signal, lastId, onMessage } = options
  let outcome: 'read' | 'failed' | 'over' = 'failed'
  await withAbortController({ signal, timeout: MAX_SILENCE }, async (controller, startAnew) => {
    const id = lastId()
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...(id !== undefined && { 'last-event-id': id }) },
      cache: 'no-store',
      signal: controller.signal,
    })
    outcome = judge(response)
    if (outcome !== 'read' || !response.body) return controller.abort()
    await readMessages(response.body, () => startAnew(0), onMessage)
  }).catch(() => {}) // the connection was cut, or was silent for too long
  return outcome
}

function judge({ status, headers, url }: Response): 'read' | 'failed' | 'over' {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  if (status === 200 && isStream) return 'read'
  if (status >= 500 || status === 408 || status === 429) return 'failed'
  // Logged out, or told to stop. Everything else is a mistake of the application.
  if (status !== 401 && status !== 204) {
    console.error(
      `${url} is not the events route: it answered ${status}. Pass the path of the route, such as /auth/events.`,
    )
  }
  return 'over'
}

/**
 * Reads messages until the stream ends.
 *
 * @param onBytes - Called for everything that arrives, also for the comments of a heartbeat.
 */
async function readMessages(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
  onMessage: (message: StreamMessage) => void,
): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (let rest = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const { id, event: type, data } = fieldsOf(block)
      if (id !== undefined && type !== undefined && data !== undefined)
        onMessage({ id, type, data })
    }
  }
}

/** Returns the fields of a message. Our route sends each in one line that ends with a line feed. */
function fieldsOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    block.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name, value.join(': ')]
    }),
  )
}
