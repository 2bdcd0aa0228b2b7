import type { ReactNode } from 'react'

interface EmptyStateProps {
  drawing: ReactNode
  title: string
  text: string
  /** A button with what the user can do. */
  children?: ReactNode
}

/** Shows a drawing and a text if there is nothing to list yet. */
export function EmptyState({ drawing, title, text, children }: EmptyStateProps) {
  return (
    <div className="state">
      {drawing}
      <h3>{title}</h3>
      <p>{text}</p>
      {children}
    </div>
  )
}
