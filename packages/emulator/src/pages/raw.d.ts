/** A file as text. Vite reads `?raw` so; tsup does by the loaders in its configuration. */
declare module '*?raw' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: Vite exports the text so
  export default text
}
