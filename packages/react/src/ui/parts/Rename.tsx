'use client'

import { describeError } from '@connected-accounts/client'
import { type ReactNode, useEffect, useState } from 'react'
import { useRoot } from '../state/context.js'
import { useItem, useItemButton } from '../state/item-context.js'
import { type PartProps, renderPart } from './part.js'

/** The button that opens the form to name the account. Renders nothing if the provider has no `accountLabels`. */
export function Rename(props: PartProps<'button'>): ReactNode {
  const { shown, labels, state } = useItem()
  const { text, messages } = useRoot()
  const { label, isEnabled, setLabel, error } = labels
  const [isOpen, setOpen] = useState<boolean>()
  const button = useItemButton()
  const { id } = button
  useEffect(() => {
    // The field and the button have the same id, and take the focus from each other.
    if (isOpen !== undefined) document.getElementById(id)?.focus()
  }, [isOpen, id])
  if (!isEnabled || state === 'reconnecting' || state === 'disconnecting') return null
  if (!isOpen) {
    const onClick = () => {
      setOpen(true)
    }
    const own = { ...button, onClick, children: text('rename') }
    const message = describeError(error, messages.errors)
    return (
      <>
        {message && <p role="alert">{message}</p>}
        {renderPart(['button', 'rename'], props, own)}
      </>
    )
  }
  const close = () => {
    setOpen(false)
  }
  return (
    <form
      data-part="rename-form"
      onSubmit={(event) => {
        event.preventDefault()
        const name = new FormData(event.currentTarget).get('label')
        if (typeof name === 'string') setLabel({ label: name })
        close()
      }}
      onKeyDown={({ key }) => {
        if (key === 'Escape') close()
      }}
    >
      <input
        id={id}
        name="label"
        aria-label={text('newName')}
        defaultValue={label?.label ?? shown.name}
        maxLength={255}
        required
      />
      <button type="submit" data-part="save">
        {text('save')}
      </button>
      <button type="button" data-part="cancel" onClick={close}>
        {text('cancel')}
      </button>
    </form>
  )
}
