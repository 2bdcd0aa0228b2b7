import { createContext, useContext, useId } from 'react'
import type { ItemState } from './use-item-state.js'

/** What the parts of a row get from it. */
export interface ItemContext extends ItemState {
  nameId: string
  detailsId: string
  usedById: string
}

const Context = createContext<ItemContext | undefined>(undefined)

/** Provides the parts of a row with its account. */
export const ItemContextProvider = Context.Provider

/**
 * Returns the account of the row above this part.
 *
 * @throws {Error} if the part is not inside an item.
 */
export function useItem(): ItemContext {
  const item = useContext(Context)
  if (item) return item
  throw new Error('Render <ConnectedAccounts.Item> around this part.')
}

/** Returns the props of a button about the account. Its accessible name is its text, and the account's name and details. */
export function useItemButton(): { id: string; type: 'button'; 'aria-labelledby': string } {
  const { nameId, detailsId } = useItem()
  const id = useId()
  return { id, type: 'button', 'aria-labelledby': `${id} ${nameId} ${detailsId}` }
}
