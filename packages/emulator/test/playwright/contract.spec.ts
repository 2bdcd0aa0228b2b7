import { readFileSync } from 'node:fs'
import { expect, test } from '@connected-accounts/emulator/playwright'
import { createContractChecker } from '../contract.js'
import { myAccountCases } from '../my-account-cases.js'

const document = new URL('../../src/generated/my-account.json', import.meta.url)
const checker = createContractChecker(JSON.parse(readFileSync(document, 'utf8')))
const equal = (actual: unknown, expected: unknown) => expect(actual).toEqual(expected)

// In one worker and in their order: the last ones say what was reached.
test.describe.configure({ mode: 'serial' })
for (const [name, run] of myAccountCases) {
  test(name, async ({ emulator }) => {
    await run({ emulator, send: (request) => fetch(request), checker, equal })
  })
}
