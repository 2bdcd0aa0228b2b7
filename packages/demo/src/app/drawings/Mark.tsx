/** Draws the project's logo: two linked rings. */
export function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <g fill="none" strokeWidth="2">
        <circle cx="10.5" cy="14" r="6" stroke="var(--ink)" />
        <circle cx="17.5" cy="14" r="6" stroke="var(--accent)" />
      </g>
    </svg>
  )
}
