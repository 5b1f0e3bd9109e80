import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LanguageModel, Message } from './language-model.ts';
import { openAiCompatibleModel, readRetryAfter } from './openai-compatible.ts';

const ASK: Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: '什么是 NF4？' },
];

interface Request {
  url: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  /** True once the client has hung up before the answer was complete. */
  hungUp: boolean;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server on a free port that answers as the test says. */
async function serve(
  answer: (request: Request, response: ServerResponse, call: number) => void,
): Promise<{ baseUrl: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const request: Request = {
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
        hungUp: false,
      };
      response.on('close', () => {
        request.hungUp = !response.writableEnded;
      });
      requests.push(request);
      answer(request, response, requests.length - 1);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: object = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

const completion = (content: string, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...more }],
  usage: { prompt_tokens: 21, completion_tokens: 7, total_tokens: 28 },
});

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'small',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;

const collect = async (model: LanguageModel, signal?: AbortSignal) => {
  const parts = [];
  for await (const part of model.stream(ASK, signal ? { signal } : {})) parts.push(part);
  return parts;
};

describe('openAiCompatibleModel', () => {
  it('sends the conversation and settings, and reads text and usage', async () => {
    const { baseUrl, requests } = await serve((_, response) => json(response, 200, completion('十六级。')));
    const model = openAiCompatibleModel({ baseUrl, model: 'small', apiKey: 'secret-key' });
    const { text, finish, usage } = await model.generate(ASK, {
      temperature: 0,
      maxOutputTokens: 50,
      seed: 7,
      topP: 0.9,
      stop: ['END'],
    });
    expect({ text, finish, usage }).toEqual({
      text: '十六级。',
      finish: 'stop',
      usage: { inputTokens: 21, outputTokens: 7, estimated: false },
    });
    expect(model.host).toBe(new URL(baseUrl).host);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toBe('/v1/chat/completions');
    expect(requests[0]?.headers.authorization).toBe('Bearer secret-key');
    expect(requests[0]?.body).toMatchObject({
      model: 'small',
      messages: ASK,
      temperature: 0,
      max_tokens: 50,
      seed: 7,
      top_p: 0.9,
      stop: ['END'],
    });
  });

  it('estimates usage where the server gives none, and says so', async () => {
    const { usage: _, ...bare } = completion('sixteen levels');
    const { baseUrl } = await serve((__, response) => json(response, 200, bare));
    const { usage } = await openAiCompatibleModel({ baseUrl, model: 'small' }).generate(ASK);
    expect(usage.estimated).toBe(true);
    expect(usage.inputTokens).toBeGreaterThan(0);
  });

  it('streams pieces in order, even when characters and lines are cut across packets', async () => {
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(
        `${chunk({ role: 'assistant', content: '' })}${chunk({ content: '量化' })}${chunk({ content: '有十六级' })}${chunk({}, 'stop')}data: ${JSON.stringify(
          {
            id: 'c1',
            object: 'chat.completion.chunk',
            created: 1,
            model: 'small',
            choices: [],
            usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
          },
        )}\n\ndata: [DONE]\n\n`,
      );
      let at = 0;
      const send = () => {
        if (at >= bytes.length) return void response.end();
        response.write(bytes.subarray(at, at + 97));
        at += 97;
        setTimeout(send, 2);
      };
      send();
    });
    expect(await collect(openAiCompatibleModel({ baseUrl, model: 'small' }))).toEqual([
      { type: 'text', text: '量化' },
      { type: 'text', text: '有十六级' },
      { type: 'end', finish: 'stop', usage: { inputTokens: 5, outputTokens: 4, estimated: false } },
    ]);
  });

  it('hangs up when cancelled, and when the reader leaves the loop', async () => {
    const { baseUrl, requests } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'one ' }));
      // … and never ends.
    });
    const model = openAiCompatibleModel({ baseUrl, model: 'small' });
    const control = new AbortController();
    setTimeout(() => control.abort(), 60);
    await expect(collect(model, control.signal)).rejects.toMatchObject({ name: 'AbortError' });
    for await (const part of model.stream(ASK)) {
      expect(part).toEqual({ type: 'text', text: 'one ' });
      break;
    }
    await expect.poll(() => requests.map(({ hungUp }) => hungUp)).toEqual([true, true]);
  });

  it('cancels an answer that is not streamed', async () => {
    const { baseUrl, requests } = await serve(() => {});
    const control = new AbortController();
    setTimeout(() => control.abort(), 40);
    await expect(
      openAiCompatibleModel({ baseUrl, model: 'small' }).generate(ASK, { signal: control.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => requests[0]?.hungUp).toBe(true);
  });

  it('says what each refusal means, and never repeats the key', async () => {
    const cases: [number, unknown, object, string, boolean][] = [
      [401, { error: { message: 'bad key' } }, {}, 'model-unauthorised', false],
      [404, { error: { message: 'no model small' } }, {}, 'model-not-found', false],
      [429, { error: { message: 'slow down' } }, { 'retry-after': '3' }, 'model-busy', true],
      [503, { error: 'loading' }, {}, 'model-down', true],
      [
        400,
        { error: { message: "This model's maximum context length is 4096" } },
        {},
        'context-too-long',
        false,
      ],
      [422, { message: 'temperature too high' }, {}, 'model-refused', false],
    ];
    const { baseUrl, requests } = await serve((_, response, call) => {
      const [status, body, headers] = cases[call]!;
      json(response, status, body, headers);
    });
    const model = openAiCompatibleModel({ baseUrl, model: 'small', apiKey: 'secret-key' });
    for (const [, , , code, retryable] of cases) {
      const error = await model.generate(ASK).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, retryable });
      expect((error as Error).message).not.toContain('secret-key');
      if (code === 'model-busy') expect(error).toMatchObject({ retryAfterMs: 3000 });
    }
    expect(requests).toHaveLength(cases.length); // The SDK does not retry behind our back.
  });

  it('says when nothing listens, when the page is no API, and when a stream is refused', async () => {
    const gone = await serve(() => {});
    await new Promise((resolve) => servers.splice(0)[0]!.close(resolve));
    await expect(openAiCompatibleModel({ ...gone, model: 'small' }).generate(ASK)).rejects.toMatchObject({
      code: 'model-unreachable',
      retryable: true,
    });
    const page = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<h1>Welcome</h1>');
    });
    await expect(
      openAiCompatibleModel({ baseUrl: page.baseUrl, model: 'small' }).generate(ASK),
    ).rejects.toMatchObject({ code: 'model-answer', retryable: false });
    const busy = await serve((_, response) => json(response, 503, { error: { message: 'loading model' } }));
    await expect(
      collect(openAiCompatibleModel({ baseUrl: busy.baseUrl, model: 'small' })),
    ).rejects.toMatchObject({ code: 'model-down', retryable: true });
  });

  it('does not follow a redirect to another host', async () => {
    const elsewhere = await serve((_, response) => json(response, 200, completion('leaked')));
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(307, { location: `${elsewhere.baseUrl}/chat/completions` });
      response.end();
    });
    await expect(openAiCompatibleModel({ baseUrl, model: 'small' }).generate(ASK)).rejects.toThrow();
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('asks for a schema, and goes on without on a server that refuses schemas', async () => {
    const { baseUrl, requests } = await serve((request, response) =>
      'response_format' in request.body
        ? json(response, 400, { error: { message: 'response_format is not supported' } })
        : json(response, 200, completion('{"score": 3}')),
    );
    const model = openAiCompatibleModel({ baseUrl, model: 'small' });
    const jsonSchema = { type: 'object', properties: { score: { type: 'integer' } } };
    expect((await model.generate(ASK, { jsonSchema })).text).toBe('{"score": 3}');
    expect((await model.generate(ASK, { jsonSchema })).text).toBe('{"score": 3}');
    expect(requests.map(({ body }) => 'response_format' in body)).toEqual([true, false, false]);
    expect(requests[0]?.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { schema: jsonSchema },
    });
  });

  it('reads log-probabilities, and says when there are none', async () => {
    const { baseUrl, requests } = await serve((_, response, call) =>
      json(
        response,
        200,
        completion('yes', {
          logprobs:
            call === 0
              ? {
                  content: [{ token: 'yes', logprob: -0.1, top_logprobs: [{ token: 'no', logprob: -2.4 }] }],
                }
              : null,
        }),
      ),
    );
    const model = openAiCompatibleModel({ baseUrl, model: 'small' });
    const { tokens } = (await model.tokenLogProbabilities?.(ASK)) ?? { tokens: [] };
    expect(tokens).toEqual([
      { token: 'yes', logProbability: -0.1, alternatives: [{ token: 'no', logProbability: -2.4 }] },
    ]);
    expect(requests[0]?.body).toMatchObject({ logprobs: true, top_logprobs: 5 });
    await expect(model.tokenLogProbabilities?.(ASK)).rejects.toMatchObject({ code: 'no-log-probabilities' });
  });

  it('embeds texts in their order, and only where an embedding model is set up', async () => {
    const { baseUrl, requests } = await serve((request, response) =>
      json(response, 200, {
        object: 'list',
        model: 'embed',
        data: (request.body.input as string[]).map((text, index) => ({
          object: 'embedding',
          index,
          embedding: [text.length, 1],
        })),
        usage: { prompt_tokens: 4, total_tokens: 4 },
      }),
    );
    const model = openAiCompatibleModel({ baseUrl, model: 'small', embeddingModel: 'embed' });
    const found = await model.embed?.(['ab', '量化了']);
    expect(found?.vectors.map((vector) => [...vector])).toEqual([
      [2, 1],
      [3, 1],
    ]);
    expect(found?.usage).toEqual({ inputTokens: 4, outputTokens: 0, estimated: false });
    expect(requests[0]?.url).toBe('/v1/embeddings');
    expect(openAiCompatibleModel({ baseUrl, model: 'small' }).embed).toBeUndefined();
  });

  it('names a wrong address before anything is sent', () => {
    expect(() => openAiCompatibleModel({ baseUrl: 'localhost:8000', model: 'x' })).toThrow('not the address');
  });
});

describe('readRetryAfter', () => {
  it('reads seconds and dates', () => {
    expect(readRetryAfter('2')).toBe(2000);
    expect(readRetryAfter('Tue, 24 Nov 2026 10:00:05 GMT', Date.parse('2026-11-24T10:00:00Z'))).toBe(5000);
    expect(readRetryAfter('soon')).toBeNull();
    expect(readRetryAfter(undefined)).toBeNull();
  });
});
