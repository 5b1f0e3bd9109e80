#!/usr/bin/env node
/** Stands where npm links the command before anything is built. */
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error('viva: not built yet. Run "npm run build" (or "npm start") once.');
  process.exitCode = 1;
}
