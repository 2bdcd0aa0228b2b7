'use client'

import type { ReactNode } from 'react'
import { Alerts } from './parts/Alerts.js'
import { ConnectMenu, ConnectOptions } from './parts/ConnectMenu.js'
import { Header, Title } from './parts/Header.js'
import {
  Details,
  Disconnect,
  Item,
  ItemAlert,
  Logo,
  Name,
  Problem,
  Reconnect,
  UsedBy,
} from './parts/Item.js'
import { Empty, List, Loading } from './parts/List.js'
import { Rename } from './parts/Rename.js'
import { Root, type RootProps } from './parts/Root.js'

const PARTS = {
  ...{ Root, Header, Title, ConnectMenu, ConnectOptions, Alerts, Loading, Empty, List },
  ...{ Item, Logo, Name, Details, Problem, UsedBy, Reconnect, Rename, Disconnect, ItemAlert },
}

/** Props of {@link ConnectedAccounts}. */
export type ConnectedAccountsProps = Omit<RootProps, 'children'>

function ConnectedAccountsSection(props: ConnectedAccountsProps): ReactNode {
  return (
    <Root {...props}>
      <Header>
        <Title />
        <ConnectMenu />
      </Header>
      <Alerts />
      <Loading />
      <Empty />
      <List />
    </Root>
  )
}

/**
 * A section in which people see which accounts they have connected, connect others, and disconnect them. Render it inside
 * `ConnectedAccountsProvider`, for logged-in users. It also completes the flow that the page was opened with.
 *
 * Without a style sheet it has no styles. Import `@connected-accounts/react/ui/styles.css`, or write your own for its
 * `data-part` and `data-state` attributes. To change what it renders, compose its parts: `ConnectedAccounts.Root` and the others.
 *
 * @example
 * ```tsx
 * import { ConnectedAccounts } from '@connected-accounts/react/ui'
 * import '@connected-accounts/react/ui/styles.css'
 *
 * <ConnectedAccounts connections={connections} />
 * ```
 */
export const ConnectedAccounts: typeof ConnectedAccountsSection & typeof PARTS = Object.assign(
  ConnectedAccountsSection,
  PARTS,
)
