/** Starts a PostgreSQL cluster for the run, where `VIVA_TEST_DATABASE=postgres` asks for one. */
import { startCluster } from './cluster.ts';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.VIVA_TEST_DATABASE !== 'postgres') return undefined;
  const cluster = await startCluster();
  process.env.VIVA_TEST_POSTGRES = cluster.url('postgres');
  return () => cluster.stop();
}
