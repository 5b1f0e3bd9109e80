/** A language model server on this machine, which speaks OpenAI's protocol and says what a test has it say. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  messages: { content: string }[];
  stream?: boolean;
  seed?: number;
}

export interface ModelServer {
  /** The base address, with `/v1`. */
  url: string;
  /** Milliseconds before an answer; may be set at any time. */
  delay: number;
  /** Prompts that it was sent. */
  calls: number;
  /** Callers that did not wait for their answer. */
  hungUp: number;
  stop: () => Promise<void>;
}

const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const FRAME = { id: 'c', created: 1, model: 'm' };

const chunk = (delta: object, finish: 'stop' | null): string =>
  `data: ${JSON.stringify({ ...FRAME, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** @param reply what it says to a prompt: all messages, one under the other */
export async function startModelServer(
  reply: (prompt: string, asked: { seed: number }) => string,
): Promise<ModelServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (part: Buffer) => chunks.push(part));
    request.on('end', () => {
      // It is asked for its models too, and lists none.
      if (request.method !== 'POST') {
        response.writeHead(404).end();
        return;
      }
      const { messages, stream, seed = 1 } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
      const text = reply(messages.map(({ content }) => content).join('\n'), { seed });
      result.calls++;
      response.on('close', () => {
        if (!response.writableEnded) result.hungUp++;
      });
      setTimeout(() => {
        if (response.destroyed) return;
        if (stream) {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          for (const word of text.split(' ')) response.write(chunk({ content: `${word} ` }, null));
          response.write(chunk({}, 'stop'));
          response.end('data: [DONE]\n\n');
          return;
        }
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            ...FRAME,
            object: 'chat.completion',
            choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
            usage: USAGE,
          }),
        );
      }, result.delay);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: ModelServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    delay: 0,
    calls: 0,
    hungUp: 0,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return result;
}
