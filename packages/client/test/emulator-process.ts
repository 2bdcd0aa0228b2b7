import { createEmulator } from '@connected-accounts/emulator'

// A test bundles this script and runs it in another process, because the test's fake timers cannot change the clock there.
const { url } = await createEmulator({ port: 0 })
console.log(url)
