'use client'

import type { ReactNode } from 'react'
import { useRoot } from '../state/context.js'
import { Action } from './Action.js'
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
        <FlowHint name={shown.name} />
      </div>
      <div data-part="actions">
        <FlowActions />
      </div>
    </li>
  )
}

/** What the person has to do now, while a flow is under way. */
export function FlowHint({ name }: { name: string }): ReactNode {
  const { mode, text } = useRoot()
  return <p data-part="hint">{text(isRedirect(mode) ? 'leaving' : 'waiting', { name })}</p>
}

/** Opens the window again, or cancels the flow. */
export function FlowActions(): ReactNode {
  const { mode, retry, cancel } = useRoot()
  return (
    <>
      {!isRedirect(mode) && <Action part="open-again" label="openAgain" onClick={retry} />}
      <Action part="cancel" label="cancel" onClick={cancel} />
    </>
  )
}

const isRedirect = (mode: string | undefined) => mode === undefined || mode === 'redirect'
