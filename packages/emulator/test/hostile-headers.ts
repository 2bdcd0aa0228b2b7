import fc from 'fast-check'
import { oddText, oneThingWrong } from './hostile-values.js'
import { type HostileRequest, wire } from './hostile-wire.js'
import type { HostileWorld } from './hostile-world.js'

/** The `Authorization` header of a request, and what its DPoP proof says, good and bad. */
export function authorized(
  { tokens, proof, emulator }: HostileWorld,
  { path, method }: { path: string; method: string },
): fc.Arbitrary<Pick<HostileRequest, 'headers' | 'proof'>> {
  const claims = fc.record({
    htm: fc.constant(method),
    htu: fc.constant(emulator.url + path.replace('{id}', 'cac_1')),
    iat: fc.constant(proof.iat),
    jti: fc.uuid(),
    ath: fc.constant(proof.ath),
    nonce: fc.constant(proof.nonce),
  })
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: proof.jwk }
  const valid = fc.record({ header: fc.constant(header), claims })
  const proofs = fc.oneof(valid, oneThingWrong(valid))
  const bearer = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constant(path.startsWith('/api') ? tokens.management : tokens.bearer),
    },
    { weight: 1, arbitrary: fc.constantFrom(tokens.bearer, tokens.management) },
    { weight: 1, arbitrary: fc.nat(400).map((at) => withFlaw(tokens.bearer, at)) },
    { weight: 1, arbitrary: oddText.map((text) => wire(text)) },
  )
  const scheme = fc.constantFrom(...Array<string>(8).fill('Bearer'), 'DPoP', 'Basic')
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(scheme, bearer)
        .map((pair) => ({ headers: { authorization: pair.join(' ') } })),
    },
    {
      weight: 2,
      arbitrary: proofs.map((proof) => ({
        headers: { authorization: `DPoP ${tokens.bound}` },
        proof,
      })),
    },
  )
}

function withFlaw(token: string, at: number): string {
  return `${token.slice(0, at)}A${token.slice(at + 1)}`
}

/** Headers that mean something to some part, and of which few are right. */
export const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        'origin',
        'host',
        'accept',
        'accept-language',
        'content-type',
        'cookie',
        'authorization',
        'dpop',
        'x-forwarded-host',
        'x-forwarded-proto',
        'auth0-client',
        'access-control-request-method',
        'access-control-request-headers',
        'expect',
        'content-encoding',
        'if-none-match',
        'range',
        '__proto__',
      ),
      fc
        .oneof(oddText, fc.constantFrom('null', 'http://localhost:3000', 'localhost', '*/*;q=x'))
        .map(headerValue),
      { maxKeys: 3 },
    ),
  },
)

// What Node lets one send (RFC 9110 §5.5).
function headerValue(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 800)
}
