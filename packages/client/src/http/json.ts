/** Whether a value is what it should be. */
export type Check = (value: unknown) => boolean

/** Whether a value is a string. */
export const isString: Check = (value) => typeof value === 'string'
/** Whether a value is a string that is not empty. */
export const isSomeText: Check = (value) => isString(value) && value !== ''
/** Whether a value is a number. */
export const isNumber: Check = (value) => typeof value === 'number'
/** Whether a value is a boolean. */
export const isBoolean: Check = (value) => typeof value === 'boolean'
/** Whether a value is an array of strings. */
export const isStrings: Check = (value) => Array.isArray(value) && value.every(isString)

/** A check that a missing field passes. */
export function optional(check: Check): Check {
  return (value) => value === undefined || check(value)
}

/** The value of JSON text, or undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a value is an object whose named fields pass their checks; fields that are not named pass. */
export function hasFields(value: unknown, checks: Record<string, Check>): boolean {
  const fields: Record<string, unknown> = Object(value)
  return Object.entries(checks).every(([name, check]) => check(fields[name]))
}

/** A check that an array passes whose elements all pass. */
export function arrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}
