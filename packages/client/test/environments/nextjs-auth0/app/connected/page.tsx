'use client'

import { handleConnectCallback } from '@connected-accounts/client/browser'
import { useEffect, useState } from 'react'
import { client } from '../client'

export default function Connected() {
  const [text, setText] = useState('One moment…')
  useEffect(() => {
    handleConnectCallback({ client }).then(
      () => {
        setText('You can close this window.')
      },
      () => {
        setText('That did not work. Load this page again.')
      },
    )
  }, [])
  return <p>{text}</p>
}
