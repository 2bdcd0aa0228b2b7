/** Draws two discs with a broken line between them. */
export function BrokenThread() {
  return (
    <svg className="drawing" width="170" height="50" viewBox="5 9 170 50" aria-hidden="true">
      <path d="M46 34c14 10 22 10 32-2" />
      <path d="M102 38c8-14 20-16 32-6" />
      <path d="m84 22 3 7M93 46l3 7M96 24l-4 5" className="wrong" />
      <circle cx="26" cy="32" r="20" className="solid" />
      <circle cx="154" cy="32" r="20" className="solid" />
      <path d="M20 32h12" />
      <path d="m148 26 12 12M160 26l-12 12" className="wrong" />
    </svg>
  )
}
