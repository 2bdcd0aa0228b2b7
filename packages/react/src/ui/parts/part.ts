import {
  type ComponentPropsWithRef,
  cloneElement,
  createElement,
  type ElementType,
  isValidElement,
  type ReactElement,
  type ReactNode,
} from 'react'

/** Props of a part: those of its element, and `asChild`. */
export type PartProps<Tag extends ElementType> = ComponentPropsWithRef<Tag> & {
  /** True to render the only child in place of the part's own element. The child gets the part's props. */
  asChild?: boolean | undefined
}

type Props = Record<string, unknown>

/**
 * Renders a part: its element with `data-part`, or the only child with `asChild`.
 *
 * @param own - The props that the part needs. What the application passes wins, and event handlers of both are called.
 * @param content - What is inside, unless the application passes children.
 */
export function renderPart(
  [tag, part]: [tag: ElementType, part: string],
  { asChild, children, ...given }: { asChild?: boolean | undefined; children?: ReactNode },
  own: Props & { children?: ReactNode },
): ReactElement {
  const { children: content, ...needed } = own
  const props = mergeProps({ 'data-part': part, ...needed }, given)
  if (!asChild) return createElement(tag, props, children ?? content)
  if (!isValidElement<Props & { children?: ReactNode }>(children)) {
    throw new TypeError(`asChild needs one element as the child of the part "${part}".`)
  }
  return cloneElement(
    children,
    mergeProps(props, children.props),
    children.props.children ?? content,
  )
}

function mergeProps(base: Props, over: Props): Props {
  const merged: Props = { ...base, ...over }
  for (const [name, value] of Object.entries(over)) {
    const known = base[name]
    if (isHandler(known) && isHandler(value)) {
      merged[name] = (event: { defaultPrevented?: boolean }) => {
        value(event)
        if (!event.defaultPrevented) known(event)
      }
    } else if (name === 'className' && known) merged[name] = [known, value].join(' ')
    else if (name === 'style') merged[name] = Object.assign({}, known, value)
    else if (value === undefined) merged[name] = known
  }
  return merged
}

function isHandler(value: unknown): value is (event: object) => void {
  return typeof value === 'function'
}
