import type { Client, ParseAs } from 'openapi-fetch'
import type { paths } from '../contract/generated/my-account.js'
import type { Fetch } from '../http/fetch.js'
import { parseJson } from '../http/json.js'

/** The methods that the contract has, typed by it as openapi-fetch types them; openapi-fetch's own client is one as well. */
export type RawClient = Pick<Client<paths>, 'GET' | 'POST' | 'DELETE'>

type Primitive = string | number | boolean

interface Init extends Omit<RequestInit, 'body'> {
  params?: {
    path?: Record<string, string>
    query?: Record<string, Primitive | Primitive[] | undefined>
  }
  body?: unknown
  parseAs?: ParseAs
}

/**
 * What openapi-fetch does with the requests and answers of this contract, and no more: an option that would need the rest
 * of it throws a TypeError.
 */
export function createRawClient(baseUrl: string, fetch: Fetch): RawClient {
  const call =
    (method: string) =>
    async (path: string, { params, body, parseAs = 'json', ...init }: Init = {}) => {
      for (const [name, value] of Object.entries({ ...init, ...params })) {
        if (value !== undefined && OF_OPENAPI_FETCH.test(name)) {
          throw new TypeError(`${name} needs openapi-fetch: createClient(client).`)
        }
      }
      const request = new Request(`${baseUrl}${filled(path, params)}`, {
        ...init,
        method,
        redirect: 'manual', // never followed with a token
        body: JSON.stringify(body),
      })
      for (const [name, value] of Object.entries({ ...init.headers })) {
        if (value == null) request.headers.delete(name) // else 'undefined' would be sent
      }
      if (body !== undefined) request.headers.set('content-type', 'application/json')
      const response = await fetch(request)
      return { [response.ok ? 'data' : 'error']: await read(response, parseAs), response }
    }
  return { GET: call('GET'), POST: call('POST'), DELETE: call('DELETE') } as RawClient // what goes with which path, only the contract knows
}

const OF_OPENAPI_FETCH = /^(baseUrl|fetch|Request|middleware|\w+Serializer|header)$/

function filled(template: string, { path = {}, query = {} }: Init['params'] = {}): string {
  const search = Object.entries(query)
    .flatMap(([name, value]) =>
      [value ?? []].flat().map((item) => `${name}=${encodeURIComponent(item)}`),
    )
    .join('&')
  const pathname = template.replace(/\{(\w+)\}/, (match, name) =>
    encodeURIComponent(path[name] ?? match),
  )
  return search ? `${pathname}?${search}` : pathname
}

async function read(response: Response, parseAs: ParseAs): Promise<unknown> {
  const { ok } = response
  if (ok && parseAs !== 'json') return parseAs === 'stream' ? response.body : response[parseAs]()
  const text = await response.text()
  if (ok) return text ? JSON.parse(text) : undefined
  const problem = parseJson(text)
  return problem === undefined ? text : problem
}
