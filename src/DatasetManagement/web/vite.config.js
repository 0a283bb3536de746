import { resolve } from 'node:path';
import { defineConfig } from 'vite';

// The output knows neither its release nor its environment: both are read from files beside it at run time.
export default defineConfig({
  base: './',
  build: {
    outDir: 'build',
    rollupOptions: {
      input: ['index.html', 'create.html', 'error.html'].map((page) => resolve(import.meta.dirname, page)),
    },
  },
});
