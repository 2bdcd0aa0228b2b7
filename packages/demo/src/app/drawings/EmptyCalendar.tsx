/** Draws an empty page of a calendar. */
export function EmptyCalendar() {
  return (
    <svg className="drawing" width="88" height="80" viewBox="13 9 88 80" aria-hidden="true">
      <path d="M24 86h74V24" className="dotted" />
      <rect x="14" y="16" width="76" height="64" rx="6" className="solid" />
      <path d="M14 33h76" />
      <path d="M32 10v12M72 10v12" className="strong" />
      <path d="M28 47h20M28 57h34M28 67h12" className="dotted" />
      <circle cx="74" cy="62" r="7" className="tint" />
    </svg>
  )
}
