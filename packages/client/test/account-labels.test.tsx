import { beforeEach, expect, test } from 'vitest'
import { type AccountLabel, localStorageAccountLabels } from '../src/index.js'

beforeEach(() => localStorage.clear())

const alice = 'auth0|alice'
const work: AccountLabel = {
  label: 'Work',
  email: 'alice@work.example',
  picture: 'https://work.example/alice.png',
  loginHint: 'alice@work.example',
}

test('a label is kept for all tabs, replaced as a whole, and gone once deleted', () => {
  localStorageAccountLabels().set(alice, 'cac_1', work)
  localStorageAccountLabels().set(alice, 'cac_2', { label: 'Home' })
  expect(localStorageAccountLabels().get(alice, 'cac_1')).toEqual(work)
  localStorageAccountLabels().set(alice, 'cac_1', { label: 'Office' })
  expect(localStorageAccountLabels().get(alice, 'cac_1')).toEqual({ label: 'Office' })
  localStorageAccountLabels().delete(alice, 'cac_1')
  localStorageAccountLabels().delete(alice, 'cac_3')
  expect(localStorageAccountLabels().get(alice, 'cac_1')).toBeUndefined()
  expect(localStorageAccountLabels().get(alice, 'cac_2')).toEqual({ label: 'Home' })
})

test('the labels of a former user are deleted as soon as those of another one are read', () => {
  const labels = localStorageAccountLabels()
  labels.set(alice, 'cac_1', work)
  expect(labels.get('auth0|bob', 'cac_1')).toBeUndefined()
  expect(localStorage).toHaveLength(0)
  expect(labels.get(alice, 'cac_1')).toBeUndefined()
})

test('nothing is left after the logout, and what belongs to others stays', () => {
  localStorage.setItem('theirs', 'value')
  const labels = localStorageAccountLabels()
  labels.set(alice, 'cac_1', work)
  labels.clear(alice)
  expect(labels.get(alice, 'cac_1')).toBeUndefined()
  expect({ ...localStorage }).toEqual({ theirs: 'value' })
})

test('only the fields of a label are kept, so that no token gets there by mistake', () => {
  const labels = localStorageAccountLabels()
  const careless = { ...work, accessToken: 'a-token' }
  labels.set(alice, 'cac_1', careless)
  expect(labels.get(alice, 'cac_1')).toEqual(work)
  expect(JSON.stringify(localStorage)).not.toContain('a-token')
})

test.each([
  ['label', ''],
  ['label', 'x'.repeat(256)],
  ['label', undefined],
  ['label', 7],
  ['email', ''],
  ['email', null],
  ['loginHint', 'x'.repeat(256)],
  ['picture', 'http://work.example/alice.png'],
  ['picture', 'javascript:alert(1)'],
  ['picture', '/alice.png'],
  ['picture', `https://work.example/${'x'.repeat(2048)}`],
])('a label with the %s %j is refused, and the message names the field', (field, value) => {
  const labels = localStorageAccountLabels()
  labels.set(alice, 'cac_1', work)
  expect(() => labels.set(alice, 'cac_1', { ...work, [field]: value })).toThrow(TypeError)
  expect(() => labels.set(alice, 'cac_1', { ...work, [field]: value })).toThrow(`${field} must be`)
  expect(labels.get(alice, 'cac_1')).toEqual(work)
})

test('an account may have any id', () => {
  const labels = localStorageAccountLabels()
  labels.set(alice, '__proto__', work)
  expect(labels.get(alice, '__proto__')).toEqual(work)
  expect(labels.get(alice, 'constructor')).toBeUndefined()
})

test('a label that somebody has broken counts as none', () => {
  const labels = localStorageAccountLabels()
  labels.set(alice, 'cac_1', { label: 'Work', picture: 'https://work.example/' })
  const [key = ''] = Object.keys(localStorage)
  const kept = String(localStorage.getItem(key))
  localStorage.setItem(key, kept.replace('https:', 'http:'))
  expect(labels.get(alice, 'cac_1')).toBeUndefined()
  localStorage.setItem(key, '{')
  expect(labels.get(alice, 'cac_1')).toBeUndefined()
})
