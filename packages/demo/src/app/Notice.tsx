import type { ReactNode } from 'react'

interface NoticeProps {
  tone?: 'good' | 'error'
  title: string
  text?: string
  /** Ways out, as buttons. */
  children?: ReactNode
}

/** A message about what has just happened; put it into a live region. */
export function Notice({ tone = 'good', title, text, children }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone}>
      <div>
        <strong>{title}</strong>
        {text}
      </div>
      {children}
    </div>
  )
}
