export type { AccessTokenRequest } from './access-token-request.js'
export type { SeedRequest } from './check-input.js'
export type { ConnectedAccount } from './connected-accounts.js'
export type { ConsentAnswer } from './consent.js'
export { defaultTenant } from './default-tenant.js'
export { createEmulator, type Emulator, type EmulatorOptions } from './emulator.js'
export type { EmulatorClients } from './emulator-clients.js'
export type { EmulatorControls } from './emulator-controls.js'
export type { Fault, FaultOperation, FaultRule } from './faults.js'
export type { Fetch } from './in-process.js'
export type { Switches } from './switches.js'
export {
  type Api,
  type Client,
  type ClientGrant,
  type Connection,
  MANAGEMENT_AUDIENCE,
  MY_ACCOUNT_AUDIENCE,
  type Organization,
  type Tenant,
  TOKEN_VAULT_GRANT,
  type User,
} from './tenant.js'
export type { TenantLog, TenantLogDetails, TenantLogType } from './tenant-logs.js'
