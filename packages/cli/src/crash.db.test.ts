/** Kills the server with SIGKILL in the middle of writes, again and again: everything acknowledged must be there. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@viva/server/client';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, type ServerProcess, startServer } from './testing/server-process.ts';

const ROUNDS = Number(process.env.VIVA_CRASHES ?? 6);
const PASSWORD = 'viva-demo-2026';
const RATERS = ['chen', 'li', 'wang', 'zhao'];

const folder = mkdtempSync(join(tmpdir(), 'viva-crash-'));
let server: ServerProcess | undefined;
afterAll(async () => {
  await server?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function signIn(origin: string, name: string): Promise<Client> {
  let cookie = '';
  const client = createClient({
    origin,
    fetch: async (request) => {
      if (cookie) request.headers.set('cookie', cookie);
      const response = await fetch(request);
      for (const header of response.headers.getSetCookie())
        if (header.startsWith('viva.session_token=')) cookie = header.split(';')[0] ?? '';
      return response;
    },
  });
  await client.signIn({ body: { email: `${name}@demo.viva`, password: PASSWORD } });
  return client;
}

interface Acknowledged {
  revision: number;
  evidence: string;
}

/** Saves drafts as fast as answers come, until the server is gone; remembers what was acknowledged. */
async function saveUntilCut(
  client: Client,
  candidate: string,
  questions: string[],
  seen: Map<string, Acknowledged>,
  round: number,
): Promise<number> {
  let saves = 0;
  try {
    for (;;) {
      const question = questions[saves % questions.length] ?? '';
      const evidence = `round ${round}, save ${saves}: a sentence that is long enough to count as evidence.`;
      const { revision } = await client.saveDraft({
        params: { id: candidate, question },
        body: {
          score: 1 + (saves % 5),
          evidence,
          notAsked: null,
          baseRevision: seen.get(question)?.revision ?? 0,
        },
      });
      seen.set(question, { revision, evidence });
      saves++;
    }
  } catch {
    return saves;
  }
}

describe('kill -9', () => {
  it(`loses nothing acknowledged over ${ROUNDS} kills`, { timeout: 240_000 }, async () => {
    const seen = new Map<string, Map<string, Acknowledged>>(RATERS.map((name) => [name, new Map()]));
    let saves = 0;
    let candidate = '';
    let submitted = '';
    for (let round = 0; round <= ROUNDS; round++) {
      server = await startServer({ command: 'demo', folder });
      const origin = server.url;
      const clients = await Promise.all(RATERS.map((name) => signIn(origin, name)));
      const [first] = clients;
      if (!first) throw new Error('no client');
      if (!candidate) {
        const opening = (await first.listOpenings()).items[0]?.id ?? '';
        candidate =
          (await first.listCandidates({ params: { id: opening } })).items.find(({ revealed }) => !revealed)
            ?.id ?? '';
      }
      const cards = await Promise.all(
        clients.map((client) => client.scorecard({ params: { id: candidate } })),
      );
      for (const [index, card] of cards.entries()) {
        const own = seen.get(RATERS[index] ?? '') ?? new Map<string, Acknowledged>();
        if (RATERS[index] === submitted) {
          expect(card.status).toBe('locked');
          expect(card.ratings.map(({ evidence }) => evidence).sort()).toEqual(
            [...own.values()].map(({ evidence }) => evidence).sort(),
          );
          continue;
        }
        const held = new Map(card.drafts.map((draft) => [draft.question, draft]));
        for (const [question, { revision, evidence }] of own) {
          const draft = held.get(question);
          // The save that was cut off may have been kept; what was acknowledged must have been.
          expect(draft?.revision).toBeGreaterThanOrEqual(revision);
          expect(draft?.revision).toBeLessThanOrEqual(revision + 1);
          if (draft?.revision === revision) expect(draft.evidence).toBe(evidence);
          own.set(question, { revision: draft?.revision ?? 0, evidence: draft?.evidence ?? '' });
        }
        for (const [question, { revision, evidence }] of held) own.set(question, { revision, evidence });
      }
      if (round === ROUNDS) break;
      const questions = cards[0]?.questions.map(({ question }) => question) ?? [];
      if (round === ROUNDS - 1) {
        // The last kill follows an acknowledged submission at once.
        const own = seen.get('chen');
        for (const question of questions) {
          const evidence = `the final word on ${question}, long enough to be submitted as evidence.`;
          const { revision } = await first.saveDraft({
            params: { id: candidate, question },
            body: { score: 4, evidence, notAsked: null, baseRevision: own?.get(question)?.revision ?? 0 },
          });
          own?.set(question, { revision, evidence });
        }
        expect(await first.submitScorecard({ params: { id: candidate } })).toMatchObject({ locked: true });
        submitted = 'chen';
      }
      const writing = clients.map((client, index) => {
        const name = RATERS[index] ?? '';
        return name === submitted
          ? 0
          : saveUntilCut(client, candidate, questions, seen.get(name) ?? new Map(), round);
      });
      if (round < ROUNDS - 1) await new Promise((resolve) => setTimeout(resolve, 400 + round * 250));
      await server.end('SIGKILL');
      for (const count of await Promise.all(writing)) saves += count;
    }
    console.log(`kill -9: ${ROUNDS} kills, ${saves} acknowledged saves, 1 acknowledged submission, 0 lost`);
    expect(saves).toBeGreaterThan(50);
  });

  it('keeps a second server out of the folder, naming the first', async () => {
    const second = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--data', folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    second.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk;
    });
    const code = await new Promise((resolve) => second.once('exit', resolve));
    expect(code).toBe(1);
    expect(complaint).toContain(`in use by process ${server?.pid}`);
  });

  it('leaves an audit log that is whole', async () => {
    await server?.end('SIGTERM');
    const verify = spawn(process.execPath, [MAIN, 'audit', 'verify', '--data', folder, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    verify.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    expect(await new Promise((resolve) => verify.once('exit', resolve))).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ faults: [] });
  });
});
