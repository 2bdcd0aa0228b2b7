'use client'

import type { ReactNode } from 'react'
import { PLACE } from '../page/use-focus.js'
import { useRoot } from '../state/context.js'
import { needsLogin } from '../state/needs-login.js'
import type { Message } from '../state/types.js'
import { Action } from './Action.js'
import { type PartProps, renderPart } from './part.js'

/** Everything that is about no single account: what failed, what has changed, and that the page is offline. */
export function Alerts(props: PartProps<'div'>): ReactNode {
  const { notices, isOffline, state, text } = useRoot()
  const own = notices.filter(({ accountId }) => accountId === '')
  const isCutOff = isOffline && state !== 'offline'
  if (own.length === 0 && !isCutOff) return null
  const children = (
    <>
      {isCutOff && <p data-part="offline">{text('offline')}</p>}
      {own.map((notice) => (
        <Alert key={notice.text} notice={notice} />
      ))}
    </>
  )
  return renderPart(['div', 'alerts'], props, { children })
}

/** What failed or has changed, and what the person can do. */
export function Alert({ notice }: { notice: Message }): ReactNode {
  const { onLogin, isReloading } = useRoot()
  const { kind, text, accountId, error, link, retry, close } = notice
  const isLogin = onLogin && error && needsLogin(error)
  const place = error ? `failure ${accountId}` : 'notice'
  return (
    <div
      data-part="alert"
      data-state={kind}
      role={error && 'alert'}
      tabIndex={-1}
      {...{ [PLACE]: place }}
    >
      <p>
        {text}{' '}
        {link && (
          <a href={link.href} target="_blank" rel="noreferrer">
            {link.text}
          </a>
        )}
      </p>
      {isLogin && <Action part="log-in" label="logIn" onClick={onLogin} />}
      {!isLogin && retry && (
        <Action part="retry" label="tryAgain" onClick={retry} isBusy={!close && isReloading} />
      )}
      {close && <Action part="close" label="close" onClick={close} />}
    </div>
  )
}
