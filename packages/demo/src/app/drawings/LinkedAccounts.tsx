/** Draws a user with lines to the accounts around. */
export function LinkedAccounts() {
  return (
    <svg className="drawing" viewBox="0 0 400 360" aria-hidden="true">
      <path d="M200 180C150 150 140 90 92 78" className="strong" />
      <path d="M200 180c60-10 70-70 116-90" className="strong" />
      <path d="M200 180c50 30 60 70 108 86" className="strong" />
      <path d="M200 180c-44 26-50 84-96 100" className="dotted" />
      <path d="M200 180c6 50-4 80 6 132" className="dotted" />
      <circle cx="200" cy="180" r="150" className="dotted" />
      <circle cx="200" cy="180" r="46" className="tint" />
      <circle cx="200" cy="170" r="11" className="strong" />
      <path d="M178 202c4-14 12-19 22-19s18 5 22 19" className="strong" />
      <g className="solid">
        <circle cx="92" cy="78" r="29" />
        <circle cx="316" cy="90" r="35" />
        <circle cx="308" cy="266" r="27" />
        <circle cx="104" cy="280" r="22" />
        <circle cx="206" cy="312" r="17" />
      </g>
      <path d="M80 72h24v18H80zM80 78h24M87 69v5M97 69v5" />
      <path d="m304 92 9 9 16-20" className="strong" />
      <path d="m301 259-8 7 8 7M315 259l8 7-8 7" />
      <path d="M97 275h14v11H97zM97 276l7 6 7-6" />
      <path d="M206 306v12M200 312h12" />
    </svg>
  )
}
