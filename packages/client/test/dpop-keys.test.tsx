import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import { deleteDpopKeyPair, loadDpopKeyPair } from '../src/dpop/key-pair.js'

beforeEach(() => deleteDpopKeyPair('alice'))
afterEach(() => {
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
  vi.restoreAllMocks()
})

const request = { url: 'https://api.example.test/', method: 'GET' }

/** The public key in the proofs of a key pair. */
async function keyOf(keyPair: CryptoKeyPair): Promise<string> {
  const [header = ''] = (await (await createDpop({ keyPair })).generateProof(request)).split('.')
  return JSON.parse(atob(header)).jwk.x
}

// A document of this origin that loads the key pair and sends its public key each time it is loaded.
const page = `<script type="module">
  import { createDpop, loadDpopKeyPair } from '${new URL('../src/dpop/create-dpop.ts', import.meta.url)}'
  const dpop = await createDpop({ keyPair: await loadDpopKeyPair('alice') })
  const [header] = (await dpop.generateProof(${JSON.stringify(request)})).split('.')
  parent.postMessage({ key: JSON.parse(atob(header)).jwk.x }, '*')
</script>`

function openFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.srcdoc = page
  document.body.append(frame)
  return frame
}

function nextKey(frame: HTMLIFrameElement): Promise<string> {
  return new Promise((resolve) => {
    addEventListener('message', function receive({ source, data }) {
      if (source !== frame.contentWindow || !data.key) return
      removeEventListener('message', receive)
      resolve(data.key)
    })
  })
}

test('a key pair is the same one as long as it is not deleted, and another by another name', async () => {
  const key = await keyOf(await loadDpopKeyPair('alice'))
  expect(await keyOf(await loadDpopKeyPair('alice'))).toBe(key)
  expect(await keyOf(await loadDpopKeyPair('bob'))).not.toBe(key)
  await deleteDpopKeyPair('alice')
  expect(await keyOf(await loadDpopKeyPair('alice'))).not.toBe(key)
  await deleteDpopKeyPair('bob')
})

test('its private key cannot be read, neither before nor after it was stored', async () => {
  for (const { privateKey } of [await loadDpopKeyPair('alice'), await loadDpopKeyPair('alice')]) {
    expect(privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow()
  }
})

test('many that create it at once in one page get the same one', async () => {
  const keyPairs = await Promise.all(Array.from({ length: 20 }, () => loadDpopKeyPair('alice')))
  expect(new Set(await Promise.all(keyPairs.map(keyOf))).size).toBe(1)
})

test('documents that create it at once get the same one, and keep it over a reload', async () => {
  const frames = [openFrame(), openFrame(), openFrame()]
  const keys = await Promise.all(frames.map(nextKey))
  expect(new Set(keys).size).toBe(1)
  const [frame] = frames
  if (!frame) throw new Error('no frame')
  const reloaded = nextKey(frame)
  frame.contentWindow?.location.reload()
  expect(await reloaded).toBe(keys[0])
})

/** The names of this origin's databases. */
async function databases(): Promise<string[]> {
  return (await indexedDB.databases()).map(({ name = '' }) => name)
}

/** What becomes of a request for a database, as the name of its event. */
function eventOf(request: IDBOpenDBRequest): Promise<string> {
  return new Promise((resolve) => {
    for (const type of ['success', 'error', 'blocked'])
      request.addEventListener(type, () => resolve(type))
  })
}

test('a key pair that is there is loaded, and no other one is generated', async () => {
  await loadDpopKeyPair('alice')
  const generateKey = vi.spyOn(crypto.subtle, 'generateKey')
  await loadDpopKeyPair('alice')
  expect(generateKey).not.toHaveBeenCalled()
})

test('the database is closed after use, so that the page can delete its data', async () => {
  await loadDpopKeyPair('alice')
  for (const name of await databases())
    expect(await eventOf(indexedDB.deleteDatabase(name))).toBe('success')
})

test('a database of a later version is key_storage_unavailable', async () => {
  await loadDpopKeyPair('alice')
  const [name = ''] = await databases()
  const later = indexedDB.open(name, 1000)
  expect(await eventOf(later)).toBe('success')
  later.result.close()
  try {
    await expect(loadDpopKeyPair('alice')).rejects.toMatchObject({
      code: 'key_storage_unavailable',
      cause: { name: 'VersionError' },
    })
  } finally {
    await eventOf(indexedDB.deleteDatabase(name))
  }
})

test('a transaction that the browser aborts is key_storage_unavailable', async () => {
  const { transaction } = IDBDatabase.prototype
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    ...all
  ) {
    const aborted = transaction.apply(this, all)
    queueMicrotask(() => aborted.abort())
    return aborted
  })
  await expect(loadDpopKeyPair('alice')).rejects.toMatchObject({ code: 'key_storage_unavailable' })
})
