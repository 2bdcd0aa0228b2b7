'use client'

import { getPendingCallback, type PendingCallback } from '@connected-accounts/client/browser'
import { useState, useSyncExternalStore } from 'react'

/** The callback that the page was opened with; a component that has seen one keeps it. Never one on a server. */
export function usePendingCallback(): PendingCallback | undefined {
  const current = useSyncExternalStore(subscribe, getPendingCallback, none)
  const [seen, setSeen] = useState(current)
  if (current && current !== seen) setSeen(current)
  return current ?? seen
}

const subscribe = () => () => undefined // rendering looks often enough
const none = () => undefined
