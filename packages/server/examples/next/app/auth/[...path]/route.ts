import { createHandler } from '@connected-accounts/server'
import { server } from '../../server'

const handler = createHandler(server)

export { handler as DELETE, handler as GET, handler as POST }
