import dns from 'node:dns'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Makes every request of this test file trust a server's certificate, as `NODE_EXTRA_CA_CERTS` does for a whole process. */
export function trust({ certificate }: { certificate?: string | undefined }): void {
  if (certificate === undefined)
    throw new Error('The server has no certificate. Start it with https.')
  setDefaultCACertificates([...getCACertificates('default'), certificate])
}

/** Makes this test file resolve names under `localhost` to this machine, as browsers and curl do (RFC 6761 §6.3). */
export function resolveLocalhostNames(): void {
  const { lookup } = dns
  const resolve = (name: string, ...rest: unknown[]) =>
    Reflect.apply(lookup, dns, [name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest])
  Object.assign(dns, { lookup: resolve })
}
