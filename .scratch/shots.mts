import { openBrowser, visit, signIn, expectAccessible, expectNoSideways } from '../e2e/browser.ts';
import { startServer } from '../e2e/server.ts';
import { mkdirSync } from 'node:fs';
