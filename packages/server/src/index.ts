/** The server: HTTP API, database, independence, audit. */
export {
  type Anchor,
  AnchorError,
  appendAnchor,
  readAnchors,
  readHead,
} from './audit/anchors.ts';
export type { AuditFault } from './audit/faults.ts';
export { type AuditVerdict, verifyAudit } from './audit/verify.ts';
export { BackupError } from './backup/backup-error.ts';
export { type BackupReport, makeBackup } from './backup/make-backup.ts';
export { type RestoreReport, restoreBackup } from './backup/restore.ts';
export { openBackup } from './backup/seal-backup.ts';
export type { Actor, Context } from './context.ts';
export { DEMO_PANEL, DEMO_PASSWORD, fillDemo } from './demo/fill-demo.ts';
export { type DiagnoseOptions, diagnose, type Finding } from './doctor/diagnose.ts';
export { type AppOptions, createApp } from './http/app.ts';
export {
  type AccountLine,
  listAccounts,
  RECOVERIES,
  type Recovery,
  RecoveryError,
  recoverAccount,
} from './identity/recover.ts';
export { type FolderKeyStore, openFolderKeyStore } from './keys/folder-key-store.ts';
export { KeyError } from './keys/key-error.ts';
export { keyFolder, openKeys } from './keys/open-keys.ts';
export { createLog, LOG_LEVELS, type LogLevel } from './operate/create-log.ts';
export { type Running, type ServeOptions, serve } from './serve.ts';
export { startThread } from './start-thread.ts';
export { DatabaseError } from './store/driver.ts';
export { LockError } from './store/lock.ts';
export { MigrationError, migrate } from './store/migrate.ts';
export { openDatabase } from './store/open.ts';
