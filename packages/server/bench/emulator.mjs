// The tenant, in a process of its own: it says where it is, what to trust, and what the application is called.
import { createEmulator } from '@connected-accounts/emulator'

const { url, certificate, clients, seed } = await createEmulator({ port: 0, https: true })
await seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
process.send({ url, certificate, client: clients.web })
