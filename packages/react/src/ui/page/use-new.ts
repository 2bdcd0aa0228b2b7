import { useEffect, useRef } from 'react'

/** Reports each object once, after the component has been rendered with it. */
export function useNew<Value extends object>(
  values: readonly (Value | null | undefined)[],
  report: (value: Value) => void,
): void {
  const known = useRef(new WeakSet<Value>())
  useEffect(() => {
    for (const value of values) {
      if (!value || known.current.has(value)) continue
      known.current.add(value)
      report(value)
    }
  })
}
