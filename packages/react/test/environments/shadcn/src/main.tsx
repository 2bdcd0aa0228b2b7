import { ConnectedAccounts } from '@/components/connected-accounts'
import '@/components/connected-accounts/styles.css'
import './index.css'
import { connections, render } from './render'

render(<ConnectedAccounts connections={connections} mode="popup" className="mx-4" />)
