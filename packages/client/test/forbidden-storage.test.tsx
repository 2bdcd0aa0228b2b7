import { afterEach, expect, test } from 'vitest'

afterEach(() => {
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
})

/** A module and all that it imports as one `data:` URL: a document of an opaque origin may not load the server's. */
async function inlined(url: string | URL): Promise<string> {
  const served = await (await fetch(url)).text()
  let code = served.replace(/^\/\/# sourceMappingURL=.*$/m, '')
  for (const [, path = ''] of code.matchAll(/\bfrom "(.*?)"/g)) {
    code = code.replaceAll(`"${path}"`, `"${await inlined(new URL(path, url))}"`)
  }
  // In base64, which grows by a third with each module around it: percent signs would double each time.
  return `data:text/javascript;base64,${btoa(unescape(encodeURIComponent(code)))}`
}

// A separate constant, because Vite would look for the file only in this folder if the path were part of the import.
const SOURCES = new URL('../src/', import.meta.url)

/** The documents whose origin is opaque. */
const opaque = {
  'a sandboxed frame'(frame: HTMLIFrameElement, page: string) {
    frame.setAttribute('sandbox', 'allow-scripts')
    frame.srcdoc = page
  },
  'a data: URL'(frame: HTMLIFrameElement, page: string) {
    frame.src = `data:text/html,${encodeURIComponent(page)}`
  },
}

/** What a call of a module throws in a sandboxed document, to which the browser forbids all storage. */
async function thrownInSandbox(file: string, call: string): Promise<unknown> {
  return (await thrownIn('a sandboxed frame', file, call)).thrown
}

async function thrownIn(
  place: keyof typeof opaque,
  file: string,
  call: string,
): Promise<{ thrown: unknown; message: string }> {
  const frame = document.createElement('iframe')
  const module = await inlined(new URL(file, SOURCES))
  const page = `<script type="module">
    const module = await import('${module}')
    const record = { connection: 'github', redirectUri: 'https://app.example.test/', expiresAt: Date.now() + 1000 }
    try {
      await module.${call}
      parent.postMessage({ thrown: 'nothing' }, '*')
    } catch ({ name, code, cause, message }) {
      parent.postMessage({ thrown: [name, code, cause?.name], message }, '*')
    }
  </script>`
  opaque[place](frame, page)
  const thrown = new Promise<{ thrown: unknown; message: string }>((resolve) => {
    addEventListener('message', function receive({ source, data }) {
      if (source !== frame.contentWindow || !data.thrown) return
      removeEventListener('message', receive)
      resolve(data)
    })
  })
  document.body.append(frame)
  return thrown
}

test.for([
  [
    "sessionStorageTransactions().set('connect.a', record, record)",
    'connect/web-storage-transactions.ts',
  ],
  ["sessionStorageTransactions().get('connect.a')", 'connect/web-storage-transactions.ts'],
  [
    "localStorageTransactions().set('connect.a', record, record)",
    'connect/web-storage-transactions.ts',
  ],
  ["localStorageTransactions().delete('connect.a')", 'connect/web-storage-transactions.ts'],
] as const)('storage that the browser forbids is storage_unavailable: %s', async ([call, file]) => {
  const expected = ['ConnectFlowError', 'storage_unavailable', 'SecurityError']
  expect(await thrownInSandbox(file, call)).toEqual(expected)
})

test.for(["loadDpopKeyPair('alice')", "deleteDpopKeyPair('alice')"])(
  'a key pair that the browser forbids to keep is key_storage_unavailable: %s',
  async (call) => {
    const expected = ['StorageError', 'key_storage_unavailable', 'SecurityError']
    expect(await thrownInSandbox('dpop/key-pair.ts', call)).toEqual(expected)
  },
)

const send = "() => Promise.reject(new Error('Something was sent'))"
const client = `{ timeout: 5000, GET: ${send}, POST: ${send} }`

test('a flow of a sandboxed frame is storage_unavailable before anything is sent', async () => {
  const call = `connectByRedirect(${client}, record)`
  const expected = ['ConnectFlowError', 'storage_unavailable', 'SecurityError']
  expect(await thrownInSandbox('browser/redirect.ts', call)).toEqual(expected)
})

test.for([
  ['a sandboxed frame', 'storage_unavailable', 'record'],
  // Without a redirectUri, which is by default the origin of the page.
  ['a sandboxed frame', 'invalid_request', "{ connection: 'github' }"],
  ['a data: URL', 'crypto_unavailable', 'record'], // it is no secure context
  ['a data: URL', 'invalid_request', "{ connection: 'github' }"],
] as const)(
  'a flow in %s is %s before anything is sent, and the message says https or http://localhost',
  async ([place, expected, options]) => {
    const call = `connectByRedirect(${client}, ${options})`
    const { thrown, message } = await thrownIn(place, 'browser/redirect.ts', call)
    expect(thrown).toEqual(expect.arrayContaining(['ConnectFlowError', expected]))
    expect(message).toMatch(/https.*http:\/\/localhost/)
  },
)
