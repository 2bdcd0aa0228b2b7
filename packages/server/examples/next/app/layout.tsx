import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import './style.css'

/** What the page is called. */
export const metadata: Metadata = { title: 'Connected accounts', icons: 'data:,' }

/** The document around the page. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
