'use client'

import type { ReactNode } from 'react'
import type { ShownConnection } from '../state/shown-connections.js'

/** The logo of a provider; the first letter of its name if there is none. Screen readers skip it, because the name is beside it. */
export function ConnectionLogo({ shown }: { shown: ShownConnection }): ReactNode {
  const { logo, color, name } = shown
  return (
    <span data-part="logo" data-state={logo ? 'logo' : 'monogram'} aria-hidden="true">
      {logo ? (
        <svg viewBox="0 0 24 24" width="20" height="20" fill={color ?? 'currentColor'}>
          <title>{name}</title>
          <path d={logo} />
        </svg>
      ) : (
        [...name][0]?.toUpperCase()
      )}
    </span>
  )
}
