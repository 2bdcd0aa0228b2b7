/** The page on errors in this project's repository. The fragment of an error's link is its code. */
const ERRORS_PAGE = 'docs/errors.md'

/**
 * Returns the `type` of a problem with this code (RFC 9457 §3.1.1). It is a URN, because a relative reference would lead to
 * the host of the answer.
 *
 * @internal
 */
export function problemType(code: string): string {
  return `urn:connected-accounts:${code}`
}

/** The details that every error is created with. */
export interface ErrorDetails {
  message: string
  cause?: unknown
}

/** What the errors of this project have in common: a code, the place of its documentation, and no token in the message. */
export abstract class CodedError<Code extends string> extends Error {
  /** What went wrong. It stays the same across releases, so branch on it. */
  declare readonly code: Code
  /** The section that documents this code, in the repository of this project: `docs/errors.md#the_code`. */
  declare readonly docs: string

  constructor(code: Code, { message, ...options }: ErrorDetails, fields: object = {}) {
    super(redact(message), options)
    Object.assign(this, { code, docs: `${ERRORS_PAGE}#${code}` }, fields)
  }
}

// What they match ends before a quote, so that JSON stays JSON. None tries a character twice, however long the text is.
const SECRETS = [
  /(?<="\w*(?:token|secret|code|session|verifier|ticket)"\s*:\s*")(?:[^"\\]|\\.)*/g, // a JSON field that holds one
  /(?<=(?:Bearer|DPoP)\s+)(?![a-z]+\.?(?![\w.~+/=-]))[^\s"\\]+/gi, // credentials, and no word such as that of 'DPoP proof'
  /eyJ[\w.-]+/g, // a JWT
  /(?<![\w-])(?![a-z]+(?:_[a-z]+)+(?![\w-]))[\w-]{32,}/g, // an opaque token, and no long snake_case word
]

/** Blanks everything in a text that looks like a token. @internal */
export function redact(text: string): string {
  return SECRETS.reduce((redacted, secret) => redacted.replace(secret, '[redacted]'), text)
}
