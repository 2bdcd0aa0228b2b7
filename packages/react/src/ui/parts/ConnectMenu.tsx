'use client'

import { type ReactNode, useEffect, useId } from 'react'
import type { ShownConnection } from '../lists/shown-connections.js'
import { PLACE } from '../page/use-focus.js'
import { useRoot } from '../state/context.js'
import { ConnectionLogo } from './Logo.js'
import { type PartProps, renderPart } from './part.js'

/**
 * The button that opens the menu of what can be connected, and the menu: a native popover. With one connection, the button
 * connects it. Renders nothing while there is nothing to connect, and in the empty state, which has the same choice.
 */
export function ConnectMenu(props: PartProps<'button'>): ReactNode {
  const { offered = [], state, text, root } = useRoot()
  const id = useId()
  const [only] = offered
  const isMenu = offered.length > 1
  useEffect(() => {
    // React 18 and 19 spell the property differently.
    const button = root.current?.querySelector('[data-part="connect-menu"]')
    if (isMenu) button?.setAttribute('popovertarget', id)
    else button?.removeAttribute('popovertarget')
  })
  const connectOnly = useConnectButton(only)
  if (!only || state !== 'ready') return null
  const own = isMenu ? { children: text('connectAccount') } : connectOnly
  return (
    <>
      {renderPart(['button', 'connect-menu'], props, {
        type: 'button',
        [PLACE]: 'connect',
        ...own,
      })}
      {isMenu && (
        <div data-part="menu" id={id} popover="auto">
          <ConnectOptions />
        </div>
      )}
    </>
  )
}

/** The list of what can be connected, with a button for each. */
export function ConnectOptions(props: PartProps<'ul'>): ReactNode {
  const { offered = [] } = useRoot()
  const children = offered.map((shown) => (
    <li key={shown.connection}>
      <ConnectOption shown={shown} />
    </li>
  ))
  return renderPart(['ul', 'connect-options'], props, { children })
}

/** The button that connects an account. */
function ConnectOption({ shown }: { shown: ShownConnection }): ReactNode {
  const { children, onClick } = useConnectButton(shown)
  return (
    <button type="button" data-part="connect-option" onClick={onClick}>
      <ConnectionLogo shown={shown} />
      {children}
    </button>
  )
}

function useConnectButton(shown: ShownConnection | undefined) {
  const { text, connect, focusOn, root } = useRoot()
  const { connection = '', name = '' } = shown ?? {}
  return {
    children: text('connect', { name }),
    onClick: () => {
      // The menu gives the focus back to its button when it closes.
      root.current?.querySelector<HTMLElement>(':popover-open')?.hidePopover()
      connect(connection)
      focusOn('cancel')
    },
  }
}
