// expo-secure-store and AsyncStorage, in memory.
const kept = new Map([['refresh-token', process.env.REFRESH_TOKEN]])

const storage = {
  getItem: async (key) => kept.get(key) ?? null,
  setItem: async (key, value) => void kept.set(key, value),
  removeItem: async (key) => void kept.delete(key),
}
module.exports = {
  __esModule: true,
  default: storage,
  kept,
  getItemAsync: storage.getItem,
  setItemAsync: storage.setItem,
}
