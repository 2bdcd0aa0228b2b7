'use client'

import { type SeenCallback, seeCallback } from '@connected-accounts/client/browser'
import { useState, useSyncExternalStore } from 'react'

/** The callback that the page was opened with; a component that has seen one keeps it. Never one on a server. */
export function useSeenCallback(): SeenCallback | undefined {
  const current = useSyncExternalStore(subscribe, seeCallback, none)
  const [seen, setSeen] = useState(current)
  if (current && current !== seen) setSeen(current)
  return current ?? seen
}

const subscribe = () => () => undefined // rendering looks often enough
const none = () => undefined
