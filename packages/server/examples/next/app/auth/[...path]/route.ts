import { isConnectFlowError } from '@connected-accounts/client'
import { createHandler, isLoginFlowError } from '@connected-accounts/server'
import { server } from '../../server'

const handler = createHandler(server, {
  onError(error) {
    if (!isLoginFlowError(error) && !isConnectFlowError(error)) throw error
    return new Response(null, { status: 303, headers: { location: `/?error=${error.code}` } })
  },
})

export { handler as DELETE, handler as GET, handler as POST }
