'use client'

import type { ReactNode } from 'react'
import type { ShownConnection } from '../lists/shown-connections.js'

/**
 * The picture of an account, or the logo of its provider, or the first letter of its name. Screen readers skip it, because the
 * name is beside it.
 */
export function ConnectionLogo({
  shown: { logo, color, name },
  picture,
}: {
  shown: ShownConnection
  picture?: string | undefined
}): ReactNode {
  const mark = logo && (
    <svg viewBox="0 0 24 24" fill={color ?? 'currentColor'} aria-hidden="true">
      <path d={logo} />
    </svg>
  )
  return (
    <span data-part="logo" data-state={mark ? 'logo' : 'monogram'} aria-hidden="true">
      {picture ? <img src={picture} alt="" /> : mark || Array.from(name)[0]?.toUpperCase()}
    </span>
  )
}
