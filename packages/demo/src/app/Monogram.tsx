import { connectionLabel, connectionTone } from './labels.js'

/** Shows the first letter of a connection in its color. It is decoration only. */
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
