import { createEmulator } from '@connected-accounts/emulator'

// A test bundles this script and runs it in a process of its own, whose clock a test's fake timers cannot change.
const { url } = await createEmulator({ port: 0 })
console.log(url)
