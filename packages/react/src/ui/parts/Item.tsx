'use client'

import type { ConnectedAccount } from '@connected-accounts/client'
import { type ReactNode, useId } from 'react'
import { PLACE } from '../page/use-focus.js'
import { useRoot } from '../state/context.js'
import { ItemContextProvider, useItem, useItemButton } from '../state/item-context.js'
import { useItemState } from '../state/use-item-state.js'
import { Alert } from './Alerts.js'
import { FlowActions, FlowHint } from './Connecting.js'
import { ConnectionLogo } from './Logo.js'
import { type PartProps, renderPart } from './part.js'
import { Rename } from './Rename.js'
import { useDate } from './use-date.js'

/** Props of {@link Item}. */
export interface ItemProps extends PartProps<'li'> {
  account: ConnectedAccount
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
        <UsedBy />
      </div>
      <div data-part="actions">
        <Reconnect />
        <Rename />
        <Disconnect />
      </div>
      <ItemAlert />
    </>
  )
  const item = { ...state, nameId: `${id}name`, detailsId: `${id}details`, usedById: `${id}used` }
  return (
    <ItemContextProvider value={item}>
      {renderPart(['li', 'item'], props, { 'data-state': state.state, children })}
    </ItemContextProvider>
  )
}

/** The picture of the account's label, the logo of the provider, or a monogram. */
export function Logo(): ReactNode {
  const { shown, labels } = useItem()
  return <ConnectionLogo shown={shown} picture={labels.label?.picture} />
}

/** The label of the account, if it has one; the name of the provider if not. */
export function Name(props: PartProps<'span'>): ReactNode {
  const { account, shown, labels, nameId } = useItem()
  const children = labels.label?.label ?? shown.name
  const own = { id: nameId, tabIndex: -1, [PLACE]: `account ${account.id}`, children }
  return renderPart(['span', 'name'], props, own)
}

/** Which account it is: the provider and the email address of its label, and the day on which it was connected. */
export function Details(props: PartProps<'span'>): ReactNode {
  const { account, shown, labels, detailsId, isOnly } = useItem()
  const { text } = useRoot()
  const { label } = labels
  const date = useDate(account.created_at, !isOnly)
  const named = label ? [label.label && shown.name, label.email] : []
  const children = [...named, text('connectedOn', { date })].filter(Boolean).join(' · ')
  const own = { id: detailsId, children }
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

/** What uses the account, if your definition names it. While the disconnect can be undone, it is what stops working. */
export function UsedBy(props: PartProps<'p'>): ReactNode {
  const { account, shown, state, usedById } = useItem()
  const { text, list, stopsWithout } = useRoot()
  if (shown.usedBy.length === 0) return null
  const stops = state === 'disconnecting' && stopsWithout(account)
  const own = {
    id: usedById,
    'data-state': stops ? 'stops' : 'used',
    children: stops || text('usedBy', { list: list(shown.usedBy) }),
  }
  return renderPart(['p', 'used-by'], props, own)
}

/** The button that asks for what is missing. Renders nothing if the account can be used. */
export function Reconnect(props: PartProps<'button'>): ReactNode {
  const { account, state, labels, missingScopes } = useItem()
  const { text, connect, focusOn } = useRoot()
  const button = useItemButton()
  if (state === 'reconnecting') return <FlowActions />
  if (state !== 'missing_scopes' && state !== 'expired' && state !== 'expiring') return null
  const own = {
    ...button,
    [PLACE]: `reconnect ${account.id}`,
    onClick() {
      connect(account.connection, {
        id: account.id,
        loginHint: labels.label?.loginHint,
        missingScopes,
      })
      focusOn('cancel')
    },
    children: text(state === 'missing_scopes' ? 'allowAccess' : 'reconnect'),
  }
  return renderPart(['button', 'reconnect'], props, own)
}

/** The button that disconnects the account, and undoes it as long as that is possible. It keeps the focus. */
export function Disconnect(props: PartProps<'button'>): ReactNode {
  const { account, shown, state, usedById } = useItem()
  const { text, toggleDisconnect } = useRoot()
  const button = useItemButton()
  if (state === 'reconnecting') return null
  const isUndoable = state === 'disconnecting'
  const own = {
    ...button,
    'aria-describedby': shown.usedBy.length > 0 ? usedById : undefined,
    'data-state': isUndoable ? 'undo' : 'disconnect',
    onClick() {
      toggleDisconnect(account)
    },
    children: text(isUndoable ? 'undo' : 'disconnect'),
  }
  return renderPart(['button', 'disconnect'], props, own)
}

/** What failed for this account. */
export function ItemAlert(): ReactNode {
  const { account } = useItem()
  const own = useRoot().notices.filter(({ accountId }) => accountId === account.id)
  return own.map((notice) => <Alert key={notice.text} notice={notice} />)
}
