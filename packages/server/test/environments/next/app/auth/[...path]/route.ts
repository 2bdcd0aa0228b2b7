import { handler } from '../../server'

export { handler as DELETE, handler as GET, handler as POST }
