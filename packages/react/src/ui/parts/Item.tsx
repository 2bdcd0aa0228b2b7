'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { createContext, type ReactNode, useContext, useId } from 'react'
import { useRoot } from '../state/context.js'
import { PLACE } from '../state/use-focus.js'
import { type ItemState, useItemState } from '../state/use-item-state.js'
import { Alert } from './Alerts.js'
import { FlowActions, FlowHint } from './Connecting.js'
import { ConnectionLogo } from './Logo.js'
import { type PartProps, renderPart } from './part.js'
import { useDate } from './use-date.js'

/** Props of {@link Item}. */
export interface ItemProps extends PartProps<'li'> {
  account: ConnectedAccount
}

interface ItemContext extends ItemState {
  nameId: string
  detailsId: string
}

const Context = createContext<ItemContext | undefined>(undefined)

function useItem(): ItemContext {
  const item = useContext(Context)
  if (item) return item
  throw new Error('No ConnectedAccounts.Item. Render <ConnectedAccounts.Item> around this part.')
}

/**
 * A connected account. Its `data-state` is `connected`, `expiring`, `missing_scopes`, `expired`, `unavailable`, `reconnecting` or
 * `disconnecting`.
 */
export function Item({ account, ...props }: ItemProps): ReactNode {
  const state = useItemState(account)
  const id = useId()
  const children = (
    <>
      <Logo />
      <div data-part="body">
        <Name />
        <Details />
        <Problem />
      </div>
      <div data-part="actions">
        <Reconnect />
        <Disconnect />
      </div>
      <ItemAlert />
    </>
  )
  const item = { ...state, nameId: `${id}name`, detailsId: `${id}details` }
  return (
    <Context.Provider value={item}>
      {renderPart(['li', 'item'], props, { 'data-state': state.state, children })}
    </Context.Provider>
  )
}

/** The logo of the provider, or a monogram. */
export function Logo(): ReactNode {
  return <ConnectionLogo shown={useItem().shown} />
}

/** The name of the provider. */
export function Name(props: PartProps<'span'>): ReactNode {
  const { account, shown, nameId } = useItem()
  const own = { id: nameId, tabIndex: -1, [PLACE]: `account ${account.id}`, children: shown.name }
  return renderPart(['span', 'name'], props, own)
}

/** Which of the accounts it is: the day on which it was connected. */
export function Details(props: PartProps<'span'>): ReactNode {
  const { account, detailsId, isOnly } = useItem()
  const { text } = useRoot()
  const date = useDate(account.created_at, !isOnly)
  const own = { id: detailsId, children: text('connectedOn', { date }) }
  return renderPart(['span', 'details'], props, own)
}

/** What is wrong with the account, in words. Renders nothing if it can be used. */
export function Problem(props: PartProps<'div'>): ReactNode {
  const { state, account, missing, summary } = useItem()
  const { text } = useRoot()
  const end = useDate(account.expires_at, true)
  if (state === 'reconnecting') return <FlowHint />
  if (state === 'connected' || state === 'disconnecting') return null
  const scopes = missing.map((words) => <li key={words}>{words}</li>)
  const children =
    state === 'expiring' ? (
      <p>{text('endsOn', { date: end })}</p>
    ) : (
      <>
        <p>{summary}</p>
        {state === 'missing_scopes' && <ul>{scopes}</ul>}
      </>
    )
  return renderPart(['div', 'problem'], props, { children })
}

/** The button that asks for what is missing. Renders nothing if the account can be used. */
export function Reconnect(props: PartProps<'button'>): ReactNode {
  const { account, state, missingScopes, nameId, detailsId } = useItem()
  const { text, connect, focusOn } = useRoot()
  const id = useId()
  if (state === 'reconnecting') return <FlowActions />
  if (state !== 'missing_scopes' && state !== 'expired' && state !== 'expiring') return null
  const own = {
    id,
    type: 'button',
    'aria-labelledby': `${id} ${nameId} ${detailsId}`,
    [PLACE]: `reconnect ${account.id}`,
    onClick() {
      connect(account.connection, account.id, missingScopes)
      focusOn('cancel')
    },
    children: text(state === 'missing_scopes' ? 'allowAccess' : 'reconnect'),
  }
  return renderPart(['button', 'reconnect'], props, own)
}

/** The button that disconnects the account, and undoes it as long as that is possible. It keeps the focus. */
export function Disconnect(props: PartProps<'button'>): ReactNode {
  const { account, state, nameId, detailsId } = useItem()
  const { text, toggleDisconnect } = useRoot()
  const id = useId()
  if (state === 'reconnecting') return null
  const isUndoable = state === 'disconnecting'
  const own = {
    id,
    type: 'button',
    'aria-labelledby': `${id} ${nameId} ${detailsId}`,
    'data-state': isUndoable ? 'undo' : 'disconnect',
    onClick: () => toggleDisconnect(account),
    children: text(isUndoable ? 'undo' : 'disconnect'),
  }
  return renderPart(['button', 'disconnect'], props, own)
}

/** What failed for this account. */
export function ItemAlert(): ReactNode {
  const { account } = useItem()
  const failures = useRoot().failures.filter(({ accountId }) => accountId === account.id)
  return failures.map((failure) => <Alert key={failure.message} failure={failure} />)
}
