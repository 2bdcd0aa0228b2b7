/** Thrown to close the connection without a response. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset'
}
