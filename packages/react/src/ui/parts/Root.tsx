'use client'

import type { ComponentPropsWithRef, ReactNode } from 'react'
import { RootContextProvider } from '../state/context.js'
import { type RootOptions, useRootState } from '../state/use-root-state.js'

/** Props of {@link Root}: those of a `<section>`, and what the component does. */
export type RootProps = RootOptions &
  Omit<ComponentPropsWithRef<'section'>, keyof RootOptions | 'ref'>

/**
 * Holds the state of the component for the parts inside it, announces changes, and moves the focus. Its `data-state` is
 * `loading`, `offline`, `error`, `empty` or `ready`.
 */
export function Root({ children, ...props }: RootProps): ReactNode {
  const { context, root, region, handlers, section } = useRootState(props)
  return (
    <RootContextProvider value={context}>
      <section
        aria-labelledby={context.titleId}
        lang={context.messages.locale}
        {...section}
        {...handlers}
        ref={root}
        data-connected-accounts=""
        data-part="root"
        data-state={context.state}
        aria-busy={context.state === 'loading'}
      >
        {children}
        <p ref={region} role="status" data-part="announcement" />
      </section>
    </RootContextProvider>
  )
}
