import type { ReactNode } from 'react'

interface EmptyStateProps {
  drawing: ReactNode
  title: string
  text: string
}

/** A drawn state in which nothing is wrong, and nothing there yet. */
export function EmptyState({ drawing, title, text }: EmptyStateProps) {
  return (
    <div className="state">
      {drawing}
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  )
}
