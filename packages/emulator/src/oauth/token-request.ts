import { invalidRequest } from './oauth-error.js'

/** The parameters of a token request. Nothing has checked their types yet. */
export type Parameters = Readonly<Record<string, unknown>>

/** Returns a parameter. Throws `invalid_request` if it is missing. */
export function required(parameters: Parameters, name: string): string {
  const value = optional(parameters, name)
  if (value) return value
  throw invalidRequest(`Missing required parameter ${name}`)
}

/** Returns a parameter, or undefined if it is missing. */
export function optional(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name]
  return typeof value === 'string' ? value : undefined
}

/** Reads the parameters of a JSON body, which Auth0 accepts besides a form. Throws `invalid_request`. */
export function readJsonParameters(text: string): Record<string, string> {
  const body = parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest('The request body must be a JSON object')
  }
  const present = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  const [wrong] = present.find(([, value]) => typeof value !== 'string') ?? []
  if (wrong !== undefined) throw invalidRequest(`${wrong} must be a string`)
  return Object.fromEntries(present)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
