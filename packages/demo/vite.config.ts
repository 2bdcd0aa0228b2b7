import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: ['index.html', 'server.html', 'states.html', 'state.html'] },
  },
})
