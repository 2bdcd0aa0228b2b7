interface SkeletonProps {
  /** What is loading, for users of screen readers. */
  label: string
  rows: number
}

/** Shows placeholders for rows that are loading. */
export function Skeleton({ label, rows }: SkeletonProps) {
  return (
    <div>
      <p className="visually-hidden" role="status">
        {label}
      </p>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div className="skeleton-row" key={row} aria-hidden="true">
          <span className="skeleton disc" />
          <div className="skeleton-lines">
            <span className="skeleton line w-50" />
            <span className="skeleton line w-70" />
            <span className="skeleton line w-30" />
          </div>
        </div>
      ))}
    </div>
  )
}
