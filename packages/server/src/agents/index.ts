export {
  createElicitations,
  type Elicitation,
  type ElicitationRequest,
  type Elicitations,
  type ElicitationsOptions,
} from './elicitations.js'
export {
  fromTokenVaultInterrupt,
  type TokenVaultInterrupt,
  toTokenVaultInterrupt,
} from './token-vault-interrupt.js'
export { type ConnectionRequiredResult, connectionRequiredResult } from './tool-result.js'
