import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'

/** The certificate of an https server and what its callers must trust, in PEM. */
export interface Certificate {
  /** The server's private key. */
  key: string
  /** The server's certificate. */
  cert: string
  /** The certificate of the authority that signed `cert`. The key of the authority is not kept. */
  ca: string
}

/** The names that every certificate has. */
const local = ['localhost', '*.localhost', '127.0.0.1', '::1']

const day = 86_400_000

/**
 * Creates a certificate for these host names and addresses and for localhost. It is valid for 30 days, uses ECDSA with P-256, and
 * is signed by an authority that is created for it.
 */
export async function createCertificate(names: readonly string[]): Promise<Certificate> {
  // Loaded only here, so that an emulator without https starts faster.
  const { generate } = await import('selfsigned')
  const now = Date.now()
  const settings = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // One day ago, for callers whose clock is behind.
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + 30 * day),
  } as const
  // A new name each time, so that callers who trust two emulators can tell their authorities apart.
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
