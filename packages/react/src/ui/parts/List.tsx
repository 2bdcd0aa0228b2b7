'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import type { ReactNode } from 'react'
import { useRoot } from '../state/context.js'
import { Connecting } from './Connecting.js'
import { ConnectOptions } from './ConnectMenu.js'
import { Item } from './Item.js'
import { type PartProps, renderPart } from './part.js'

/** Props of {@link List}. */
export interface ListProps extends Omit<PartProps<'ul'>, 'children'> {
  /** Renders an account, usually as an `Item`. Default: `(account) => <Item account={account} />`. */
  children?: (account: ConnectedAccount) => ReactNode
}

/** The connected accounts, and the one that is being connected. Renders nothing in the other states. */
export function List({ children, ...props }: ListProps): ReactNode {
  const { state, accounts, titleId } = useRoot()
  if (state !== 'ready') return null
  const render = children ?? ((account) => <Item key={account.id} account={account} />)
  const content = (
    <>
      {accounts.map(render)}
      <Connecting />
    </>
  )
  return renderPart(['ul', 'list'], props, { 'aria-labelledby': titleId, children: content })
}

/** Placeholders of rows while the list is loaded. Screen readers hear the announcement instead. */
export function Loading(props: PartProps<'div'>): ReactNode {
  const { state, text } = useRoot()
  if (state === 'offline') {
    return renderPart(['div', 'empty'], props, { children: <p>{text('offline')}</p> })
  }
  if (state !== 'loading') return null
  const children = [0, 1, 2].map((row) => <div key={row} data-part="skeleton" />)
  return renderPart(['div', 'loading'], props, { 'aria-hidden': true, children })
}

/** What is shown while no account is connected: what can be connected. */
export function Empty(props: PartProps<'div'>): ReactNode {
  const { state, offered, text } = useRoot()
  if (state !== 'empty') return null
  const isNothingOffered = offered?.length === 0
  const children = isNothingOffered ? (
    <p>{text('noneOffered')}</p>
  ) : (
    <>
      <p data-part="empty-title">{text('empty')}</p>
      <p>{text('emptyHint')}</p>
      <ConnectOptions />
    </>
  )
  return renderPart(['div', 'empty'], props, { children })
}
