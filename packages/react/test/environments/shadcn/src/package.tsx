import { ConnectedAccounts } from '@connected-accounts/react/ui'
import './package.css'
import { connections, render } from './render'

render(<ConnectedAccounts connections={connections} mode="popup" className="mx-4" />)
