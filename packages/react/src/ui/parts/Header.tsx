'use client'

import type { ReactNode } from 'react'
import { PLACE } from '../page/use-focus.js'
import { useRoot } from '../state/context.js'
import { type PartProps, renderPart } from './part.js'

/** A `<header>` for the title and the menu. */
export function Header(props: PartProps<'header'>): ReactNode {
  return renderPart(['header', 'header'], props, {})
}

/** The heading, which names the section. An `<h2>`; pass another level with `asChild`. */
export function Title(props: PartProps<'h2'>): ReactNode {
  const { titleId, text } = useRoot()
  const own = { id: titleId, tabIndex: -1, [PLACE]: 'title', children: text('title') }
  return renderPart(['h2', 'title'], props, own)
}
