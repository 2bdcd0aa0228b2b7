// What docs/react-native.md and docs/desktop.md import of packages that this repository does not install. A test compiles the first again, with
// the packages' own types: packages/react/test/environments/react-native.environment.test.ts.
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

declare module 'electron' {
  export const app: {
    setAsDefaultProtocolClient(scheme: string): boolean
    requestSingleInstanceLock(): boolean
    quit(): void
    on(event: 'open-url', listener: (event: object, url: string) => void): void
    on(event: 'second-instance', listener: (event: object, commandLine: string[]) => void): void
  }
  export const ipcMain: {
    handle(channel: string, listener: (event: object, url: string) => Promise<string>): void
  }
  export const ipcRenderer: { invoke(channel: string, url: string): Promise<string> }
  export const contextBridge: { exposeInMainWorld(name: string, api: object): void }
  export const shell: { openExternal(url: string): Promise<void> }
}

declare module '@tauri-apps/plugin-deep-link' {
  export function onOpenUrl(handler: (urls: string[]) => void): Promise<() => void>
}

declare module '@tauri-apps/plugin-opener' {
  export function openUrl(url: string): Promise<void>
}

declare const chrome: {
  identity: {
    launchWebAuthFlow(details: { url: string; interactive: boolean }): Promise<string | undefined>
  }
}
