import { expect, test } from 'vitest'
import { challengeError } from '../src/http/www-authenticate.js'

const response = (header: string) =>
  new Response(null, { status: 401, headers: { 'www-authenticate': header } })
const both = 'Bearer error="invalid_token", DPoP error="use_dpop_nonce", algs="ES256"'

test.for([
  [
    'DPoP error="use_dpop_nonce", error_description="A nonce, please", algs="ES256"',
    'one challenge',
  ],
  ['dpop ERROR=use_dpop_nonce', 'a value without quotes, and names in any case'],
  ['DPoP algs="ES256" , error = "use_dpop_nonce"', 'spaces around commas and equals signs'],
  ['Negotiate YII==, DPoP error="use_dpop_nonce"', 'a challenge that is no list of parameters'],
  ['Basic, DPoP error="use_dpop_nonce"', 'a challenge without parameters'],
  [
    String.raw`DPoP realm="say \"error=\"x, error=y", error="use_dpop_nonce"`,
    'a realm with quotes',
  ],
  ['Bearer realm="api", error="use_dpop_nonce"', "another scheme's error, where DPoP has none"],
  [both, 'several challenges, where the last one counts'],
])('the error of %s is found: %s', ([header]) => {
  expect(challengeError(response(header ?? ''), 'dpop')).toBe('use_dpop_nonce')
})

test('the error is that of the scheme that was used (RFC 9449 §7.1)', () => {
  expect(challengeError(response(both), 'bearer')).toBe('invalid_token')
})

test.for(['', 'DPoP algs="ES256"', 'DPoP error_description="error=x"', ', ,=,"'])(
  'a header without an error has none: %s',
  (header) => {
    expect(challengeError(response(header), 'dpop')).toBeUndefined()
  },
)
