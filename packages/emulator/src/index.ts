export type { EmulatorClients } from './control/clients.js'
export type { ConsentAnswer } from './control/consent.js'
export type { EmulatorControls } from './control/controls.js'
export { createEmulator, type Emulator, type EmulatorOptions } from './emulator.js'
export type { Fault, FaultOperation, FaultRule } from './faults/faults.js'
export type { Switches } from './faults/switches.js'
export type { Fetch } from './http/in-process.js'
export type { TenantLog, TenantLogDetails, TenantLogType } from './logs/tenant-logs.js'
export type { AccessTokenRequest } from './resource-server/issue-access-token.js'
export type { SavedAccount, Snapshot } from './snapshot/snapshot.js'
export { defaultTenant } from './tenant/default-tenant.js'
export {
  type Api,
  type Client,
  type ClientGrant,
  type Connection,
  MANAGEMENT_AUDIENCE,
  MY_ACCOUNT_AUDIENCE,
  type Organization,
  type Permission,
  type Tenant,
  TOKEN_VAULT_GRANT,
  type TokenDialect,
  type User,
} from './tenant/tenant.js'
export type { ConnectedAccount } from './vault/connected-accounts.js'
export type { SeedRequest } from './vault/seed.js'
