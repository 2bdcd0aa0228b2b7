import type { AccountEvent } from '@connected-accounts/client'
import type { Emulator } from '@connected-accounts/emulator'
import { expect } from 'vitest'
import {
  createHandler,
  memoryEvents,
  type Route,
  type ServerClient,
  type ServerClientOptions,
} from '../src/index.js'
import { createServer, loggedIn, redirectUri, type Visitor } from './visitor.js'

/** The URL of the events route, beside the callback. */
export const eventsUrl = new URL('events', redirectUri).href

/** An event of Alice's. */
export function eventOf(id: string, changes: Partial<AccountEvent> = {}): AccountEvent {
  const user = 'auth0|alice'
  return { id, type: 'connected', user, connection: 'github', at: 1000, ...changes }
}

/** One message of a stream. */
export interface Received {
  id: string
  type: string
  data: unknown
}

/** A stream of Server-Sent Events, and what has come so far. */
export interface OpenStream {
  response: Response
  messages: Received[]
  /** The ids of the events. */
  told: () => string[]
  heartbeats: () => number
  isOver: () => boolean
  /** What a browser does whose tab is closed. */
  leave: () => void
}

/** Opens the stream of a visitor, as a page of the application does. */
export async function openStream(
  route: Route,
  visitor: Visitor,
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  const left = new AbortController()
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const given = { cookie, 'sec-fetch-site': 'same-origin', ...headers }
  const { signal } = left
  const response = await route(new Request(eventsUrl, { headers: given, signal }))
  const state = { isOver: false, text: '' }
  const messages: Received[] = []
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const bytes of response.body ?? []) {
      state.text += decoder.decode(bytes, { stream: true })
      messages.splice(0, messages.length, ...messagesOf(state.text))
    }
    state.isOver = true
  }
  if (response.status === 200) void read()
  return {
    response,
    messages,
    told: () => messages.flatMap(({ data }) => (isEvent(data) ? [data.id] : [])),
    heartbeats: () => state.text.split('\n\n').filter((block) => block === ':').length,
    isOver: () => state.isOver,
    leave: () => left.abort(),
  }
}

const isEvent = (data: unknown): data is { id: string } =>
  typeof data === 'object' && data !== null && 'id' in data

function messagesOf(text: string): Received[] {
  const message = /^id: (.*)\nevent: (.*)\ndata: (.*)$/
  return text.split('\n\n').flatMap((block) => {
    const [, id = '', type = '', data = ''] = message.exec(block) ?? []
    return id ? [{ id, type, data: JSON.parse(data) }] : []
  })
}

/** An application with events, and Alice's browser. */
export async function eventsWorld(
  emulator: Emulator,
  options: Partial<ServerClientOptions> = {},
): Promise<{
  server: ServerClient
  events: ReturnType<typeof memoryEvents>
  route: Route
  alice: Visitor
}> {
  const events = options.events ?? memoryEvents()
  const server = createServer(emulator, { ...options, events })
  const alice = await loggedIn(server, emulator.url)
  return { server, events, route: createHandler(server), alice }
}

/** Waits until events have come. */
export async function expectTold(stream: OpenStream, ids: string[]): Promise<void> {
  await expect.poll(stream.told).toEqual(ids)
}
