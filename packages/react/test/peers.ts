import { join } from 'node:path'

/** The hooks' peers as they are installed in a directory, for a bundler's `alias`. */
export function peersIn(directory: string): Record<string, string> {
  const peers = ['react', 'react-dom', '@tanstack/react-query', '@tanstack/query-core']
  return Object.fromEntries(peers.map((peer) => [peer, join(directory, 'node_modules', peer)]))
}
