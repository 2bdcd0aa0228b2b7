import { answer } from '../../answer.js'
import { auth0 } from '../../auth0.js'

export function GET() {
  return answer(auth0.getConnectedAccounts())
}

export function DELETE({ nextUrl }) {
  return answer(auth0.disconnectAccount({ connection: nextUrl.searchParams.get('connection') }))
}
