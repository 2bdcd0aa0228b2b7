'use client'

import type { ReactNode } from 'react'
import type { TextKey } from '../messages/use-words.js'
import { PLACE } from '../page/use-focus.js'
import { useRoot } from '../state/context.js'

/** Props of {@link Action}. */
export interface ActionProps {
  part: string
  label: TextKey
  onClick: (() => void) | undefined
  /** True while pressing it would do nothing. It keeps the focus. */
  isBusy?: boolean
}

/** A button with one of the texts. */
export function Action({ part, label, onClick, isBusy }: ActionProps): ReactNode {
  return (
    <button
      type="button"
      data-part={part}
      aria-disabled={isBusy}
      onClick={onClick}
      {...{ [PLACE]: part }}
    >
      {useRoot().text(label)}
    </button>
  )
}
