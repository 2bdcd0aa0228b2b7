import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'

/** What an https server shows, and what its callers must trust. In PEM. */
export interface Certificate {
  /** The server's private key. */
  key: string
  /** The server's certificate. */
  cert: string
  /** The certificate of the authority that signed it, whose own key is gone. */
  ca: string
}

/** Names that every certificate has besides those it is made for. */
const local = ['localhost', '*.localhost', '127.0.0.1', '::1']

const day = 86_400_000

/**
 * Makes a certificate for these host names and addresses, and those of this machine's own, good for 30 days: ECDSA with P-256,
 * signed by an authority made for it alone.
 */
export async function createCertificate(names: readonly string[]): Promise<Certificate> {
  // Loaded here, so that plain http starts as fast without it.
  const { generate } = await import('selfsigned')
  const now = Date.now()
  const settings = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // Some time ago, for a caller whose clock is behind.
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + 30 * day),
  } as const
  // Named anew each time, lest two that are both trusted be taken for one.
  const authority = await generate(subject(`Connected Accounts emulator ${randomUUID()}`), {
    ...settings,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const { private: key, cert } = await generate(subject('localhost'), {
    ...settings,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [...new Set([...local, ...names])].map(altName) },
    ],
  })
  return { key, cert, ca: authority.cert }
}

function subject(value: string) {
  return [{ name: 'commonName', value }]
}

function altName(name: string) {
  return isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name }
}
