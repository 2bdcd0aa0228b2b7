import type { ErrorMessages } from '@connected-accounts/client'

/** A text in each plural form of a language that differs from `other`. `{count}` is the number. */
export type PluralText = { readonly [Form in Intl.LDMLPluralRule]?: string } & {
  readonly other: string
}

/**
 * Every text of the component. `{name}` in a text is the name of the provider, like `Google`. There are only strings in it, so a
 * server component can pass it to the component in the browser.
 */
export interface ConnectedAccountsMessages {
  /** The language as a BCP 47 tag, like `en-GB`. Dates and plurals follow it. */
  readonly locale: string
  readonly title: string
  readonly loading: string
  /** Announced when the list is loaded. */
  readonly loaded: PluralText
  readonly empty: string
  readonly emptyHint: string
  readonly noneOffered: string
  readonly offline: string
  /** The button that opens the menu. */
  readonly connectAccount: string
  readonly connect: string
  /** A redirect has begun. */
  readonly leaving: string
  /** A popup is open. */
  readonly waiting: string
  /** The person is back from a redirect, and the flow is being completed. */
  readonly completing: string
  readonly openAgain: string
  readonly cancel: string
  readonly cancelled: string
  readonly connected: string
  readonly otherAccount: string
  /** `{date}` is the day. */
  readonly connectedOn: string
  readonly endsOn: string
  readonly missingScopes: PluralText
  readonly expired: string
  readonly unavailable: string
  readonly reconnect: string
  readonly allowAccess: string
  readonly rename: string
  /** Names the field in which the person writes the new name. */
  readonly newName: string
  readonly save: string
  /** `{list}` is what your definitions name as `usedBy`. */
  readonly usedBy: string
  /** In place of `usedBy`, while the last account of the connection is being disconnected. */
  readonly stopsWorking: string
  readonly disconnect: string
  readonly disconnecting: string
  readonly undo: string
  readonly undone: string
  readonly disconnected: string
  readonly revoke: string
  readonly tryAgain: string
  readonly logIn: string
  readonly close: string
  /** What scopes allow, by scope. They replace the words of the provider. */
  readonly scopes?: Readonly<Record<string, string>>
  /** The words of errors, for `describeError`. Default: English. */
  readonly errors?: ErrorMessages | undefined
}
