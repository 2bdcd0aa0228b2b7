import { parseJson } from '../http/json.js'
import { type AccountLabels, checkAccountLabel, readAccountLabel } from './account-label.js'

/**
 * Creates a store of labels in `localStorage`, for all tabs of the origin. It keeps the labels of one user: those of a former
 * user are deleted when the labels of another one are read. `ConnectedAccountsProvider` deletes them when its `user` changes.
 * If your logout leaves the page, call `clear(user)` before it.
 *
 * @throws {TypeError} when `set` is called with a wrong label; the message names the field.
 * @throws {DOMException} when a method is called and the browser refuses `localStorage`.
 *
 * @example
 * ```ts
 * const accountLabels = localStorageAccountLabels()
 * await accountLabels.set(user.sub, account.id, { label: 'Work', loginHint: 'alice@work.example' })
 * console.log(await accountLabels.get(user.sub, account.id))
 * ```
 */
export function localStorageAccountLabels(): Required<AccountLabels> {
  return {
    get: (user, accountId) => readAccountLabel(labelsOf(user).get(accountId)),
    set(user, accountId, label) {
      save(user, labelsOf(user).set(accountId, checkAccountLabel(label)))
    },
    delete(user, accountId) {
      const labels = labelsOf(user)
      labels.delete(accountId)
      save(user, labels)
    },
    clear() {
      localStorage.removeItem(KEY)
    },
  }
}

const KEY = 'connected-accounts.labels'

/** Returns what is kept for a user, by account, and deletes what is kept for another one. */
function labelsOf(user: string): Map<string, unknown> {
  const kept = parseJson(String(localStorage.getItem(KEY)))
  const { user: owner, labels }: Record<string, unknown> = Object(kept)
  if (owner === user) return new Map(Object.entries(Object(labels)))
  localStorage.removeItem(KEY)
  return new Map()
}

function save(user: string, labels: Map<string, unknown>): void {
  localStorage.setItem(KEY, JSON.stringify({ user, labels: Object.fromEntries(labels) }))
}
