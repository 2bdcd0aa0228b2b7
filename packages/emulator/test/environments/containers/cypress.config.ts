import { createEmulator, type SeedRequest } from '@connected-accounts/emulator'
import { defineConfig } from 'cypress'

export default defineConfig({
  e2e: {
    baseUrl: 'http://localhost:3000', // your application, which uses the domain http://localhost:4400
    async setupNodeEvents(on) {
      const emulator = await createEmulator({ port: 4400 })
      on('task', {
        reset() {
          emulator.reset()
          return null // a task must not return undefined
        },
        seed: (request: SeedRequest) => emulator.seed(request),
      })
      on('after:run', () => emulator.close())
    },
  },
})
