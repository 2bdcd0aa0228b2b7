import type { ReactNode } from 'react'

interface EmptyStateProps {
  drawing: ReactNode
  title: string
  text: string
}

/** Shows a drawing and a text if there is nothing to list yet. */
export function EmptyState({ drawing, title, text }: EmptyStateProps) {
  return (
    <div className="state">
      {drawing}
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  )
}
