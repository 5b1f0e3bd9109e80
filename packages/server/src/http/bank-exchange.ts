/** Files of the bank in and out. Not JSON, so outside the table of routes. */
import type { OpenAPIHono, z } from '@hono/zod-openapi';
import { EXPORT_FORMATS, type ImportPreview, ZIP_LIMITS } from '@viva/bank/exchange';
import { bodyLimit } from 'hono/body-limit';
import { currentBank } from '../authoring/current-bank.ts';
import { exportInThread, importInThread } from '../bank-exchange/run-job.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/bank.ts';
import { bankExportPath, bankImportPath } from '../contract/routes.ts';
import { Refusal } from '../errors.ts';
import { takeAttempt } from '../identity/attempts.ts';
import { exchangeOf, guard, type Identify } from './guard.ts';
import { problem } from './problems.ts';

const toPreview = ({
  format,
  questions,
  kits,
  findings,
}: ImportPreview): z.infer<typeof contract.ImportPreview> => ({
  format,
  questions: questions.map(({ question, file, change, fields }) => ({
    id: question.id,
    title: { 'zh-CN': question.text['zh-CN'].title, en: question.text.en.title },
    hash: question.hash,
    file,
    change,
    fields,
  })),
  kits: kits.map(({ id }) => id),
  findings,
});

export function mountBankExchange(app: OpenAPIHono, context: Context, identify: Identify): void {
  /** With the versions that are published now. */
  const bankOf = async ({ id }: Actor) => ({
    bank: await context.store.as(id, (tables) => currentBank(context, tables)),
  });
  app.get(bankExportPath(':format'), guard('bankExport', identify), async (c) => {
    const { actor } = exchangeOf(c);
    await takeAttempt(context, 'export', actor.id);
    const format = EXPORT_FORMATS.find((one) => one === c.req.param('format'));
    if (!format)
      throw new Refusal(
        404,
        'not-found',
        `There is no such format. There are: ${EXPORT_FORMATS.join(', ')}.`,
      );
    const { kit, area, question, lang } = c.req.query();
    const file = await exportInThread(await bankOf(actor), {
      format,
      ...(kit ? { kit } : {}),
      ...(area ? { area } : {}),
      ...(question ? { questions: [question] } : {}),
      ...(lang === 'zh-CN' || lang === 'en' ? { locale: lang } : {}),
    });
    return new Response(file.bytes, {
      headers: {
        'content-type': file.type,
        'content-disposition': `attachment; filename="${file.name}"`,
        'x-content-type-options': 'nosniff',
      },
    });
  });

  app.post(
    bankImportPath,
    guard('bankImport', identify),
    bodyLimit({
      maxSize: ZIP_LIMITS.packed,
      onError: () =>
        problem(413, 'import-too-large', `The file is larger than ${ZIP_LIMITS.packed / 2 ** 20} MiB.`),
    }),
    async (c) => {
      const { actor } = exchangeOf(c);
      await takeAttempt(context, 'export', actor.id);
      const name = (c.req.query('name') ?? 'file').replace(/[\p{Cc}/\\]/gu, '_').slice(0, 200);
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      return c.json(toPreview(await importInThread(await bankOf(actor), bytes, name)));
    },
  );
}
