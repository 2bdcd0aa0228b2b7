import dns from 'node:dns'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Emulator } from '../src/index.js'

/** Has every request of this test file trust an emulator's certificate, as `NODE_EXTRA_CA_CERTS` does for a whole process. */
export function trust({ certificate }: Pick<Emulator, 'certificate'>): void {
  if (certificate === undefined) throw new Error('This emulator does not speak https')
  setDefaultCACertificates([...getCACertificates('default'), certificate])
}

/** Has this test file find names under `localhost` on this machine, as browsers and curl do (RFC 6761 §6.3). */
export function resolveLocalhostNames(): void {
  const { lookup } = dns
  const resolve = (name: string, ...rest: unknown[]) =>
    Reflect.apply(lookup, dns, [name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest])
  Object.assign(dns, { lookup: resolve })
}
