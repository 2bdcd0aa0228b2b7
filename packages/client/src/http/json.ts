/** Checks a value that came from somewhere else. */
export type Check = (value: unknown) => boolean

/** Tells whether a value is a string. */
export const isString: Check = (value) => typeof value === 'string'
/** Tells whether a value is a string that is not empty. */
export const isSomeText: Check = (value) => isString(value) && value !== ''
/** Tells whether a value is a number. */
export const isNumber: Check = (value) => typeof value === 'number'
/** Tells whether a value is a boolean. */
export const isBoolean: Check = (value) => typeof value === 'boolean'
/** Tells whether a value is an array of strings. */
export const isStrings: Check = (value) => Array.isArray(value) && value.every(isString)

/** Makes a check that a missing field passes, too. */
export function optional(check: Check): Check {
  return (value) => value === undefined || check(value)
}

/** Parses JSON text; returns undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Tells whether a value is an object whose named fields pass their checks. Other fields are not looked at. */
export function hasFields(value: unknown, checks: Record<string, Check>): boolean {
  const fields: Record<string, unknown> = Object(value)
  return Object.entries(checks).every(([name, check]) => check(fields[name]))
}

/** Makes a check that an array passes if all its elements pass. */
export function arrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}
