import type { Transaction, TransactionStore } from '../connect/transactions.js'

/** The name by which the two pages of a popup's flow find each other: of its channel, and of the lock that the opener holds. */
export function flowName(state: string): string {
  return `connected-accounts.popup.${state}`
}

/** A store that marks what it keeps as a popup's; the mark stays with the transaction. */
export function popupTransactions(store: TransactionStore): TransactionStore {
  return {
    get: (state) => store.get(state),
    set(state, record, options) {
      const marked = { ...record, popup: true }
      return store.set(state, marked, options)
    },
    delete: (state) => store.delete(state),
  }
}

/** Whether a transaction was kept by {@link popupTransactions}. */
export function isOfPopup(transaction: Transaction): boolean {
  return 'popup' in transaction
}
