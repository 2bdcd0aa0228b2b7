// What docs/react-native.md imports of packages that this repository does not install. The test of that page compiles it again, with
// the packages' own types: packages/react/test/react-native.environment.test.ts.
declare module 'expo-crypto' {
  export const CryptoDigestAlgorithm: { readonly SHA256: 'SHA-256' }
  export function digest(algorithm: string, data: BufferSource): Promise<ArrayBuffer>
  export function getRandomBytes(count: number): Uint8Array
}

declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>
  export function setItemAsync(key: string, value: string): Promise<void>
}

declare module 'expo-web-browser' {
  export function openAuthSessionAsync(
    url: string,
    redirectUrl: string,
  ): Promise<{ type: 'success'; url: string } | { type: 'cancel' }>
}

declare module 'react-native' {
  import type { ReactNode } from 'react'
  export function Button(props: {
    title: string
    disabled?: boolean
    onPress: () => void
  }): ReactNode
  export function Text(props: { children: ReactNode }): ReactNode
  export function View(props: { children: ReactNode }): ReactNode
  export const Linking: { getInitialURL(): Promise<string | null> }
}

declare module '@react-native-async-storage/async-storage' {
  const AsyncStorage: {
    getItem(key: string): Promise<string | null>
    setItem(key: string, value: string): Promise<void>
    removeItem(key: string): Promise<void>
  }

  // biome-ignore lint/style/noDefaultExport: as the package has it
  export default AsyncStorage
}
