import fc from 'fast-check'

/** Names that mean something to JavaScript, and others that mean nothing to anybody. */
const oddNames = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  '',
  ' ',
  '\0',
  'a b',
  '…',
)

/** Text that programs stumble over. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  oddNames,
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.constantFrom('%', '%00', '%E0%A4', '../../etc/passwd', '\r\nx: y', "'; --", '<script>', '$&'),
  fc.constantFrom('\ud800', '\u202e', '\ufeff', 'NaN', '-0', '1e999', 'null', 'javascript:0'),
  fc.constantFrom('http://[', 'http://a:99999', 'x:', '//x', 'http://\u{1F4A9}/', 'data:,x'),
  fc.integer({ min: 1, max: 30_000 }).map((length) => 'x'.repeat(length)),
)

/** Any JSON, also such as no schema has. */
export const oddJson: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]]),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(oddText, { maxLength: 200 }),
  fc.dictionary(fc.oneof(oddNames, oddText), fc.jsonValue(), { maxKeys: 4 }),
  fc.integer({ min: 10, max: 3000 }).map(nested),
)

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

type Damage = { place: number; kind: 'replace' | 'drop' | 'add' | 'list'; value: unknown }

const damage: fc.Arbitrary<Damage | undefined> = fc.option(
  fc.record({
    place: fc.nat(50),
    kind: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add', 'list'),
    value: oddJson,
  }),
  { nil: undefined, freq: 8 },
)

/** The same with one thing wrong, at any depth, and sometimes as it is. */
export function oneThingWrong<Value>(valid: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, damage).map(([value, wrong]) => {
    const copy: unknown = structuredClone(value)
    return wrong ? damaged(copy, wrong) : copy
  })
}

function damaged(root: unknown, { place, kind, value }: Damage): unknown {
  const places = placesOf(root)
  const found = places[place % (places.length + 1)]
  if (!found) return kind === 'add' && isObject(root) ? with_(root, value) : value
  const { holder, key } = found
  if (kind === 'drop') Reflect.deleteProperty(holder, key)
  else if (kind === 'add') with_(holder, value)
  else holder[key] = kind === 'list' ? [holder[key], value] : value
  return root
}

interface Place {
  holder: Record<string, unknown>
  key: string
}

function placesOf(value: unknown): Place[] {
  if (!isObject(value)) return []
  return Object.keys(value).flatMap((key) => [{ holder: value, key }, ...placesOf(value[key])])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// As JSON.parse puts it there: a property of that name, not another prototype.
function with_(holder: object, value: unknown): unknown {
  const fields = { enumerable: true, configurable: true, writable: true, value }
  return Object.defineProperty(holder, '__proto__', fields)
}
