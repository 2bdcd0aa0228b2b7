/** Draws a disc whose line leads to an empty place. */
export function NoAccounts() {
  return (
    <svg className="drawing" width="200" height="52" viewBox="13 16 200 52" aria-hidden="true">
      <path d="M62 42c40-30 64 24 104 4" className="dotted" />
      <circle cx="38" cy="42" r="24" className="tint" />
      <circle cx="38" cy="37" r="6" className="strong" />
      <path d="M26 54c2-8 7-11 12-11s10 3 12 11" className="strong" />
      <circle cx="190" cy="44" r="22" strokeDasharray="4 5" />
      <path d="M190 37v14M183 44h14" className="strong" />
    </svg>
  )
}
