import fc from 'fast-check'
import { oddJson, oddText, oneThingWrong } from './hostile-values.js'
import type { HostileWorld } from './hostile-world.js'

/** A request that somebody may send who means no good. */
export interface HostileRequest {
  method: string
  /** With its query, as it goes over the wire. */
  target: string
  headers: Record<string, string>
  body?: string
  /** The header and the claims of a DPoP proof that is yet to be signed. */
  proof?: unknown
}

/** Requests of one kind. */
export type Requests = fc.Arbitrary<HostileRequest>

/** The media type of forms. */
export const formType = { 'content-type': 'application/x-www-form-urlencoded' }
/** Any text, as far as a request target and a header can carry it. */
export function wire(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).slice(0, 2500)
}

/** A query of some of these fields with good values, but for at most one that is odd or there twice. */
export function query(
  names: readonly string[],
  { known }: Pick<HostileWorld, 'known'>,
): fc.Arbitrary<string> {
  const pairs = names.map((name) => {
    const [there, absent] = known[name] ? [9, 1] : [1, 9]
    return fc.oneof(
      {
        weight: there,
        arbitrary: fc.constantFrom(...(known[name] ?? ['x'])).map((value) => [name, value]),
      },
      { weight: absent, arbitrary: fc.constant([]) },
    )
  })
  const odd = fc.tuple(fc.constantFrom(...names), oddText, fc.boolean())
  const wrong = fc.oneof(fc.constant(undefined), odd)
  return fc.tuple(fc.tuple(...pairs), wrong).map(([fields, wrong]) => {
    const [name = '', value = '', twice = false] = wrong ?? []
    const kept = fields.filter(([field]) => field !== undefined && (twice || field !== name))
    const all = wrong ? [...kept, [name, value]] : kept
    const text = all.map(([name = '', value = '']) => `${name}=${wire(value)}`).join('&')
    return `?${text}`.slice(0, 6000)
  })
}

/** Fields as a form has them; a list is a field that is there more than once. */
export function form(value: unknown): string {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return fields
    .filter(([, one]) => one !== undefined)
    .flatMap(([name, one]) => [one].flat().map((each) => `${wire(name)}=${wire(toText(each))}`))
    .join('&')
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** What fits as JSON, mostly with one thing wrong, and what is no JSON. */
export function jsonBody(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: oneThingWrong(valid).map(toJson) },
    { weight: 1, arbitrary: oddText },
    { weight: 1, arbitrary: oddJson.map((value) => toJson(value).slice(0, -1)) },
  )
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? ''
}
