const client = 'packages/client/src'
const server = 'packages/server/src'

/**
 * The mutants that survive although the tests are good, because users cannot see any difference. `npm run mutants` prints
 * `line`, in which the mutant is, `code`, which it replaces, and `mutant`, which it puts there.
 */
export const equivalent = [
  {
    file: `${client}/authorization/authorized-fetch.ts`,
    line: "const first = request.method === 'GET' ? request : request.clone()",
    code: "'GET'",
    mutant: '""',
    why: 'A GET is then copied, too. Nothing but time is lost.',
  },
  {
    file: `${server}/routes/request-body.ts`,
    line: 'if (end > bytes.length) bytes = withRoomFor(end, bytes)',
    code: 'end > bytes.length',
    mutant: 'true',
    why: 'The bytes are copied more often. Nothing but time is lost, which tests that measure time find.',
  },
  {
    file: `${server}/routes/request-body.ts`,
    line: 'if (end > bytes.length) bytes = withRoomFor(end, bytes)',
    code: 'end > bytes.length',
    mutant: 'end >= bytes.length',
    why: 'The bytes are copied once more than needed.',
  },
  {
    file: `${server}/routes/problem.ts`,
    line: "return error instanceof Error && 'code' in error",
    code: "error instanceof Error && 'code' in error",
    mutant: 'true',
    why: 'Only errors with a code have a status, which is asked for first. The check is for the compiler.',
  },
  {
    file: `${server}/connect/connect-transactions.ts`,
    line: 'if (!pending?.accountIds || record.connection !== connection) continue',
    code: 'record.connection !== connection',
    mutant: 'false',
    why: 'Flows of other connections then know the account, too, but they never look for it.',
  },
  {
    file: `${server}/connect/connect-transactions.ts`,
    line: 'if (!pending || JSON.stringify(pending.accountIds ?? []).length <= MAX_IDS) return record',
    code: '[]',
    mutant: '["Stryker was here"]',
    why: 'Both are shorter than the limit.',
  },
  {
    file: `${server}/connect/connect-transactions.ts`,
    line: 'if (!pending || JSON.stringify(pending.accountIds ?? []).length <= MAX_IDS) return record',
    code: 'JSON.stringify(pending.accountIds ?? []).length <= MAX_IDS',
    mutant: 'JSON.stringify(pending.accountIds ?? []).length < MAX_IDS',
    why: 'The limit is a rough one: a byte more or less does not matter.',
  },
  {
    file: `${server}/sessions/flow-memory.ts`,
    line: 'async delete(secret) {',
    code: '{ flows.delete(secret) }',
    mutant: '{}',
    why: 'In the memory of a process, a flow that is refused counts as attempted in any case. What is left expires by itself.',
  },
  {
    file: `${server}/sessions/flow-memory.ts`,
    line: 'flows.delete(secret)',
    code: 'flows.delete(secret)',
    mutant: ';',
    why: 'The same.',
  },
  {
    file: `${server}/store/shared-store.ts`,
    line: 'const ended = write.catch(() => {}).then(() => void keys.delete(ended))',
    code: '() => void keys.delete(ended)',
    mutant: '() => undefined',
    why: 'Writes that have ended are then remembered. Only memory is lost, which `npm run heap` measures.',
  },
  {
    file: `${server}/store/shared-store.ts`,
    line: 'while (Date.now() < end) {',
    code: 'Date.now() < end',
    mutant: 'Date.now() <= end',
    why: 'There is one more try if one ends at the very millisecond.',
  },
  {
    file: `${server}/cookies/cookie-jar.ts`,
    line: 'return time !== undefined && time.getTime() <= Date.now()',
    code: 'time.getTime() <= Date.now()',
    mutant: 'time.getTime() < Date.now()',
    why: '`Expires` has whole seconds, so a cookie that expires in this millisecond may be counted or not.',
  },
  {
    file: `${server}/cookies/seal.ts`,
    line: '} catch {',
    code: '{ return undefined // forged, changed or sealed with another secret }',
    mutant: '{}',
    why: 'A function returns undefined at its end, too.',
  },
  {
    file: `${server}/cookies/session-cookie.ts`,
    line: 'const isOurs = values.length <= MAX_CHUNKS && values.every(({ length }) => length <= CHUNK)',
    code: 'values.every(({ length }) => length <= CHUNK)',
    mutant: 'values.some(({ length }) => length <= CHUNK)',
    why: 'The server has sealed no such piece, so it is not opened. Only time is lost.',
  },
  {
    file: `${server}/cookies/transaction-cookies.ts`,
    line: 'const isOurs = sealed !== undefined && sealed.length <= MAX_COOKIE',
    code: 'sealed.length <= MAX_COOKIE',
    mutant: 'sealed.length < MAX_COOKIE',
    why: 'With its name and its attributes, a cookie of this length is longer than a browser accepts.',
  },
  {
    file: `${server}/cookies/transaction-cookies.ts`,
    line: 'const names = [...ended, ...others].slice(-MAX_TRANSACTIONS)',
    code: '[...ended, ...others].slice(-MAX_TRANSACTIONS)',
    mutant: '[...ended, ...others]',
    why: 'A browser has no more flows of ours, and others are not opened. Only time is lost.',
  },
]
