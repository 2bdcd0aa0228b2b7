// For jest's ESM mode: NODE_OPTIONS=--experimental-vm-modules
const { transformIgnorePatterns: _, ...config } = require('./jest.config.cjs')

module.exports = { ...config, extensionsToTreatAsEsm: ['.ts', '.tsx'] }
