import { inWords } from './error-words.js'

/** The codes of auth0-spa-js and of our server client for a login that another page started, or that expired. */
const ELSEWHERE = ['missing_transaction', 'state_mismatch', 'unknown_state', 'expired']

/** Returns the words for a failed login. */
export function loginErrorWords(error: unknown): { title: string; text: string } {
  if (!(error instanceof Error) || !('error' in error)) return inWords(error)
  const title = 'You are not logged in'
  if (error.error === 'access_denied') {
    return { title, text: 'The login was cancelled or not allowed. Try again when you like.' }
  }
  if (ELSEWHERE.includes(String(error.error))) {
    return { title, text: 'This login was started elsewhere or interrupted. Start it again here.' }
  }
  return { title, text: `The login did not work (${error.error}). Try it again.` }
}
