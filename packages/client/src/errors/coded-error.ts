/** Where the page on errors is; the fragment is the code. Made from package.json's `homepage`. */
export const ERRORS_PAGE =
  'https://github.com/connected-accounts/connected-accounts/blob/main/docs/errors.md'

/** What every error is made of. */
export interface ErrorDetails {
  message: string
  cause?: unknown
}

/** What the errors of this project have in common: a code, the link to its documentation, and no token in the message. */
export abstract class CodedError<Code extends string> extends Error {
  /** What went wrong, stable across releases: the value to branch on. */
  declare readonly code: Code
  /** The documentation of this code. */
  declare readonly docs: string

  constructor(code: Code, { message, ...options }: ErrorDetails, fields: object = {}) {
    super(redact(message), options)
    Object.assign(this, { code, docs: `${ERRORS_PAGE}#${code}` }, fields)
  }
}

// What they match ends before a quote, so that JSON stays JSON; none tries a character twice, however long the text is.
const SECRETS = [
  /(?<="\w*(?:token|secret|code|session|verifier|ticket)"\s*:\s*")(?:[^"\\]|\\.)*/g, // a JSON field that holds one
  /(?<=(?:Bearer|DPoP)\s+)[^\s"\\]+/gi,
  /eyJ[\w.-]+/g, // a JWT
  /(?<![\w-])(?![a-z]+(?:_[a-z]+)+(?![\w-]))[\w-]{32,}/g, // an opaque token, and no long snake_case word
]

/** The text with everything that looks like a token blanked. */
export function redact(text: string): string {
  return SECRETS.reduce((redacted, secret) => redacted.replace(secret, '[redacted]'), text)
}
