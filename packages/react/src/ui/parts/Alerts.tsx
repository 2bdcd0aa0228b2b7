'use client'

import type { ReactNode } from 'react'
import { useRoot } from '../state/context.js'
import type { Failure } from '../state/failures.js'
import { needsLogin } from '../state/needs-login.js'
import { PLACE } from '../state/use-focus.js'
import { type PartProps, renderPart } from './part.js'

/** Everything that is about no single account: what failed, what has changed, and that the page is offline. */
export function Alerts(props: PartProps<'div'>): ReactNode {
  const { failures, notice, isOffline, state, text } = useRoot()
  const own = failures.filter(({ accountId }) => accountId === '')
  if (own.length === 0 && !notice && !isOffline) return null
  const children = (
    <>
      {isOffline && state !== 'offline' && <p data-part="offline">{text('offline')}</p>}
      {own.map((failure) => (
        <Alert key={failure.message} failure={failure} />
      ))}
      {notice && <NoticeMessage />}
    </>
  )
  return renderPart(['div', 'alerts'], props, { children })
}

/** What failed, and the ways out of it. */
export function Alert({ failure }: { failure: Failure }): ReactNode {
  const { text, onLogin, isReloading } = useRoot()
  const { message, accountId, error, retry, close } = failure
  const isLogin = onLogin !== undefined && needsLogin(error)
  return (
    <div data-part="alert" role="alert" tabIndex={-1} {...{ [PLACE]: `failure ${accountId}` }}>
      <p>{message}</p>
      <div data-part="alert-actions">
        {isLogin && (
          <button type="button" data-part="log-in" onClick={onLogin}>
            {text('logIn')}
          </button>
        )}
        {!isLogin && retry && (
          <button
            type="button"
            data-part="retry"
            aria-disabled={close ? undefined : isReloading}
            onClick={retry}
          >
            {text('tryAgain')}
          </button>
        )}
        {close && (
          <button type="button" data-part="close" onClick={close}>
            {text('close')}
          </button>
        )}
      </div>
    </div>
  )
}

/** What has changed, with the link to the provider's page after a disconnect. */
function NoticeMessage(): ReactNode {
  const { notice, closeNotice, text } = useRoot()
  if (!notice) return null
  const { kind, link } = notice
  return (
    <div data-part="notice" data-state={kind} tabIndex={-1} {...{ [PLACE]: 'notice' }}>
      <p>
        {notice.text}{' '}
        {link && (
          <a href={link.href} target="_blank" rel="noreferrer">
            {link.text}
          </a>
        )}
      </p>
      <button type="button" data-part="close" onClick={closeNotice}>
        {text('close')}
      </button>
    </div>
  )
}
