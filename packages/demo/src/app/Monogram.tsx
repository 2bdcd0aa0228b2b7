import { connectionLabel, connectionTone } from './labels.js'

/** The initial of a connection in its colour; decoration only. */
export function Monogram({ connection, size = 'm' }: { connection: string; size?: 's' | 'm' }) {
  return (
    <span
      className="monogram"
      data-tone={connectionTone(connection)}
      data-size={size}
      aria-hidden="true"
    >
      {connectionLabel(connection).charAt(0)}
    </span>
  )
}
