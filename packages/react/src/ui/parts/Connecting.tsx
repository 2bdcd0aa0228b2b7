'use client'

import type { ReactNode } from 'react'
import { useRoot } from '../state/context.js'
import { PLACE } from '../state/use-focus.js'
import { ConnectionLogo } from './Logo.js'

/** The row of an account that is being connected. */
export function Connecting(): ReactNode {
  const { current, isCompleting, show, text } = useRoot()
  if (isCompleting) {
    return (
      <li data-part="connecting" data-state="completing">
        <p>{text('completing')}</p>
      </li>
    )
  }
  if (!current || current.accountId !== undefined) return null
  const shown = show(current.connection)
  return (
    <li data-part="connecting" data-state="connecting">
      <ConnectionLogo shown={shown} />
      <div data-part="body">
        <span data-part="name">{shown.name}</span>
        <FlowHint />
      </div>
      <div data-part="actions">
        <FlowActions />
      </div>
    </li>
  )
}

/** What the person has to do now. */
export function FlowHint(): ReactNode {
  const { current, mode, show, text } = useRoot()
  if (!current) return null
  const { name } = show(current.connection)
  return <p data-part="hint">{text(isRedirect(mode) ? 'leaving' : 'waiting', { name })}</p>
}

/** Opens the window again, or cancels the flow. */
export function FlowActions(): ReactNode {
  const { current, mode, text, retry, cancel } = useRoot()
  if (!current) return null
  return (
    <>
      {!isRedirect(mode) && (
        <button type="button" data-part="open-again" onClick={retry}>
          {text('openAgain')}
        </button>
      )}
      <button type="button" data-part="cancel" onClick={cancel} {...{ [PLACE]: 'cancel' }}>
        {text('cancel')}
      </button>
    </>
  )
}

const isRedirect = (mode: string | undefined) => mode === undefined || mode === 'redirect'
