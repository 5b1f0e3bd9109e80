/** A TCP proxy before PostgreSQL whose connections a test can cut. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutProxy {
  /** The same database through the proxy. */
  url: string;
  /** Cuts every connection; further ones are refused until `mend`. */
  cut(): void;
  mend(): void;
  /** Cuts the connection that next sends this to the server: before it arrives there, or after, so that the answer is lost. */
  cutOn(text: string, when: 'before' | 'after'): void;
  close(): Promise<void>;
}

/** @param url of a server that listens on a socket in a folder, as test clusters do */
export async function openCutProxy(url: string): Promise<CutProxy> {
  const parsed = /^postgres:\/\/(\w+)@\/(\w+)\?host=(.+)$/.exec(url);
  if (!parsed) throw new Error(`not a test cluster's URL: ${url}`);
  const [, user, database, host = ''] = parsed;
  const path = `${decodeURIComponent(host)}/.s.PGSQL.5432`;
  const open = new Set<Socket>();
  let broken = false;
  let trap: { text: Buffer; when: 'before' | 'after' } | undefined;
  const server = createServer((client) => {
    if (broken) return void client.destroy();
    const upstream = connect(path);
    const both = [client, upstream];
    for (const socket of both) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (trap && chunk.includes(trap.text)) {
        const { when } = trap;
        trap = undefined;
        if (when === 'before') return void client.destroy();
        upstream.write(chunk);
        // The server has done it when it answers; the answer goes nowhere.
        upstream.removeAllListeners('data');
        upstream.once('data', () => client.destroy());
        return;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `postgres://${user}@127.0.0.1:${(server.address() as AddressInfo).port}/${database}`,
    cut: () => {
      broken = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      broken = false;
    },
    cutOn: (text, when) => {
      trap = { text: Buffer.from(text), when };
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
