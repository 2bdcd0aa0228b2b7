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

type X509 = typeof import('@peculiar/x509')
type KeyPair = Awaited<ReturnType<typeof createKeys>>

/** The names that every certificate has. */
const local = ['localhost', '*.localhost', '127.0.0.1', '::1']

const day = 86_400_000

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/**
 * Creates a certificate for these host names and addresses and for localhost. It is valid for 30 days, uses ECDSA with P-256, and
 * is signed by an authority that is created for it. Both have the key identifiers of RFC 5280 §4.2.1, without which Python 3.13
 * refuses them.
 */
export async function createCertificate(names: readonly string[]): Promise<Certificate> {
  // Loaded only here, so that an emulator without https starts faster.
  const x509 = await import('@peculiar/x509')
  const authorityKeys = await createKeys()
  const serverKeys = await createKeys()
  // A new name each time, so that callers who trust two emulators can tell their authorities apart.
  const name = `CN=Connected Accounts emulator ${randomUUID()}`
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name,
    keys: authorityKeys,
    extensions: await authorityExtensions(x509, authorityKeys),
  })
  const server = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject: 'CN=localhost',
    issuer: name,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: await serverExtensions(x509, { authorityKeys, serverKeys, names }),
  })
  const key = await crypto.subtle.exportKey('pkcs8', serverKeys.privateKey)
  return {
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    // A final newline, so that the files can be joined.
    cert: `${server.toString('pem')}\n`,
    ca: `${authority.toString('pem')}\n`,
  }
}

function createKeys() {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function validity() {
  const now = Date.now()
  // One day ago, for callers whose clock is behind.
  return { notBefore: new Date(now - day), notAfter: new Date(now + 30 * day) }
}

async function authorityExtensions(x509: X509, { publicKey }: KeyPair) {
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(publicKey),
  ]
}

async function serverExtensions(
  x509: X509,
  server: { authorityKeys: KeyPair; serverKeys: KeyPair; names: readonly string[] },
) {
  const { authorityKeys, serverKeys, names } = server
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([...new Set([...local, ...names])].map(altName)),
    await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
  ]
}

function altName(value: string) {
  return { type: isIP(value) ? ('ip' as const) : ('dns' as const), value } // literals, not strings
}
