import { answer } from '../../answer.js'
import { auth0 } from '../../auth0.js'

export function GET({ nextUrl }) {
  return answer(auth0.getAccessTokenForConnection(Object.fromEntries(nextUrl.searchParams)))
}
