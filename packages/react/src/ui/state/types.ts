/** The state of the whole component. */
export type RootState = 'loading' | 'offline' | 'error' | 'empty' | 'ready'

/** Something that the person should know, and the ways out. */
export interface Message {
  kind: 'error' | 'warning' | 'success'
  text: string
  /** Why it failed; undefined if nothing did. */
  error?: Error | undefined
  /** Id of the listed account that it is about; an empty text if it is about none. */
  accountId: string
  link?: { href: string; text: string } | undefined
  retry?: (() => void) | undefined
  close?: (() => void) | undefined
}

/** Something that has changed. */
export type Notice = Pick<Message, 'kind' | 'text' | 'link'>
