/** A request that is authorized and fits the contract. */
export interface Call {
  path: Record<string, string>
  query: URLSearchParams
  body: unknown
}

/** What one operation does. */
export type Handler = (call: Call) => Response
