'use client'

import { type ReactNode, useEffect, useId } from 'react'
import { useRoot } from '../state/context.js'
import type { ShownConnection } from '../state/shown-connections.js'
import { PLACE } from '../state/use-focus.js'
import { ConnectionLogo } from './Logo.js'
import { type PartProps, renderPart } from './part.js'

/**
 * The button that opens the menu of what can be connected, and the menu: a native popover. With one connection, the button
 * connects it. Renders nothing while there is nothing to connect, and in the empty state, which has the same choice.
 */
export function ConnectMenu(props: PartProps<'button'>): ReactNode {
  const { offered = [], state, text, connect, focusOn, root } = useRoot()
  const id = useId()
  const [only] = offered
  const isMenu = offered.length > 1
  useEffect(() => {
    // React 18 and 19 spell the property differently.
    const button = root.current?.querySelector('[data-part="connect-menu"]')
    if (isMenu) button?.setAttribute('popovertarget', id)
    else button?.removeAttribute('popovertarget')
  })
  if (!only || state !== 'ready') return null
  const own = { type: 'button', [PLACE]: 'connect' }
  if (!isMenu) {
    const onClick = () => {
      connect(only.connection)
      focusOn('cancel')
    }
    const children = text('connect', { name: only.name })
    return renderPart(['button', 'connect-menu'], props, { ...own, onClick, children })
  }
  return (
    <>
      {renderPart(['button', 'connect-menu'], props, { ...own, children: text('connectAccount') })}
      <div data-part="menu" id={id} popover="auto">
        <ConnectOptions />
      </div>
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
  const { text, connect, focusOn, root } = useRoot()
  return (
    <button
      type="button"
      data-part="connect-option"
      onClick={() => {
        // The menu gives the focus back to its button when it closes.
        root.current?.querySelector<HTMLElement>('[data-part="menu"]:popover-open')?.hidePopover()
        connect(shown.connection)
        focusOn('cancel')
      }}
    >
      <ConnectionLogo shown={shown} />
      {text('connect', { name: shown.name })}
    </button>
  )
}
