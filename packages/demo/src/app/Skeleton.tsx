interface SkeletonProps {
  /** What is being loaded, for those who do not see the shapes. */
  label: string
  rows: number
}

/** The shapes of rows that are still being loaded. */
export function Skeleton({ label, rows }: SkeletonProps) {
  return (
    <div>
      <p className="visually-hidden" role="status">
        {label}
      </p>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div className="account" key={row} aria-hidden="true">
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
