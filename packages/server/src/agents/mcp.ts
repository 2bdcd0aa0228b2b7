import { readConnectionRequired } from '@connected-accounts/client'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js'
import type { Elicitations } from './elicitations.js'

/** Options of {@link connectionElicitation}. */
export interface ConnectionElicitationOptions {
  elicitations: Pick<Elicitations, 'create' | 'completed'>
  /** The id of the user whom the tool works for, from the verified access token of the request. Nobody else can use the link. */
  user: string
  /** The MCP server of this client: `mcpServer.server`. */
  server: Pick<Server, 'getClientCapabilities' | 'createElicitationCompletionNotifier'>
}

/**
 * Turns a `ConnectionRequiredError` into the error by which an MCP server asks the person to open a link (URL mode elicitation, code
 * -32042). When the person has connected the account, it sends `notifications/elicitation/complete`, and the client can call the tool
 * again.
 *
 * @param error - What a tool has caught.
 * @returns The error to throw. It is `error` itself if that is something else, or if the client does not know the URL mode. Then the model
 * reads the message of `error`.
 * @throws {SessionError} store_unavailable, if the store of the elicitations fails.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
 * @example
 * ```ts
 * mcpServer.registerTool('list-my-events', { description: 'Lists my next events.' }, async ({ authInfo }) => {
 *   try {
 *     return { content: [{ type: 'text', text: await listEvents(authInfo) }] }
 *   } catch (error) {
 *     throw await connectionElicitation(error, { elicitations, user: userOf(authInfo), server: mcpServer.server })
 *   }
 * })
 * ```
 */
export async function connectionElicitation(
  error: unknown,
  { elicitations, user, server }: ConnectionElicitationOptions,
): Promise<unknown> {
  const required = readConnectionRequired(error)
  if (!required || !server.getClientCapabilities()?.elicitation?.url) return error
  const elicitation = await elicitations.create({ user, required })
  const { elicitationId, message } = elicitation
  const notify = server.createElicitationCompletionNotifier(elicitationId)
  // If it fails, the client has left, or finds out when it calls the tool again.
  void elicitations
    .completed(elicitationId)
    .then((isConnected) => (isConnected ? notify() : undefined))
    .catch(() => {})
  return new UrlElicitationRequiredError([elicitation], message)
}
