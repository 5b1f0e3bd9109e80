/** The passphrase of a backup: from a file, the environment or the keyboard, never from the command line. */
import { readFile } from 'node:fs/promises';
import { CommandFailure } from '../../failure.ts';

export interface PassphraseOptions {
  passphraseFile?: string | undefined;
  /** Asks twice, where it is typed. */
  twice?: boolean;
}

/** Reads one line without showing it. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding('utf8').resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = '';
      const onData = (chunk: string): void => {
        for (const key of chunk) {
          if (key === '\r' || key === '\n' || key === '\u0004') {
            stdin.off('data', onData);
            resolve(typed);
            return;
          }
          if (key === '\u0003') {
            stdin.off('data', onData);
            reject(new CommandFailure('Broken off.', 130));
            return;
          }
          if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
          else typed += key;
        }
      };
      stdin.on('data', onData);
    });
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write('\n');
  }
}

/** @throws CommandFailure where there is none, or the two that were typed differ */
export async function readPassphrase(
  { passphraseFile, twice = false }: PassphraseOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (passphraseFile) {
    const text = await readFile(passphraseFile, 'utf8').catch((error: Error) => {
      throw new CommandFailure(`--passphrase-file ${passphraseFile}: ${error.message}`);
    });
    return text.replace(/\r?\n$/, '');
  }
  if (env.VIVA_PASSPHRASE) return env.VIVA_PASSPHRASE;
  if (!process.stdin.isTTY)
    throw new CommandFailure(
      'There is no terminal to ask for the passphrase. Give it by --passphrase-file FILE or in VIVA_PASSPHRASE.',
    );
  const first = await ask('Passphrase: ');
  if (twice && (await ask('Once more: ')) !== first) throw new CommandFailure('The two differ.');
  return first;
}
