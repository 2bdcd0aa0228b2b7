import type { ReactNode } from 'react'

interface NoticeProps {
  tone?: 'good' | 'error'
  title: string
  text?: string
  /** Buttons with what the user can do. */
  children?: ReactNode
}

/** Shows a message about what has just happened. Render it in a live region. */
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
