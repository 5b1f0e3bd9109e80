/** The public pages of the bank, where the owner has switched them on. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import { LOCALES } from '@viva/bank';
import type { Context as HonoContext } from 'hono';
import type { Context } from '../context.ts';
import { readSettings } from '../settings/settings.ts';

const MINUTES = 5;
const HEADERS = {
  'cache-control': `public, max-age=${MINUTES * 60}`,
  'content-security-policy':
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
/** Pages that were made for the bank as it is; a search is made anew. */
const MOST_KEPT = 1000;

export function mountReading(app: OpenAPIHono, context: Context): void {
  const kept = new Map<string, string>();
  let keptFor = '';
  const page = async (
    c: HonoContext,
    path: string,
    type: string,
    make: () => Promise<string> | string,
    keep: boolean,
  ) => {
    const { hash } = context.bank;
    if (keptFor !== hash || kept.size > MOST_KEPT) kept.clear();
    keptFor = hash;
    const tag = `"${hash.slice(0, 16)}-${context.version}"`;
    const headers = { ...HEADERS, 'content-type': `${type}; charset=utf-8`, etag: tag };
    if (c.req.header('if-none-match') === tag && keep) return new Response(null, { status: 304, headers });
    const body = (keep ? kept.get(path) : undefined) ?? (await make());
    if (keep) kept.set(path, body);
    return new Response(body, { headers });
  };
  // The renderer of formulas and code is loaded when somebody first reads.
  const pages = () => import('../reading/pages.ts');
  // Switched off, there is nothing here: the request goes on to whatever else answers it.
  app.use('/read/*', async (c, next) => {
    const { publicBank } = await readSettings(context);
    return publicBank ? next() : c.notFound();
  });
  app.get('/read/style.css', async (c) =>
    page(c, 'css', 'text/css', async () => (await pages()).READING_STYLE, true),
  );
  app.get('/read/sitemap.xml', async (c) => {
    const { origin } = new URL(c.req.url);
    return page(
      c,
      `map ${origin}`,
      'application/xml',
      async () => (await pages()).siteMap(context.bank, origin),
      true,
    );
  });
  app.get('/read', async (c) => {
    if (!(await readSettings(context)).publicBank) return c.notFound();
    const chinese = /^\s*zh/i.test(c.req.header('accept-language') ?? 'zh');
    c.header('vary', 'accept-language');
    return c.redirect(`/read/${chinese ? 'zh-CN' : 'en'}`);
  });
  app.get('/read/:locale/:page?', async (c) => {
    const locale = LOCALES.find((one) => one === c.req.param('locale'));
    const name = c.req.param('page');
    if (!locale) return c.notFound();
    const path = `${locale}/${name ?? ''}`;
    if (name === undefined) {
      const query = (c.req.query('q') ?? '').trim().slice(0, 300);
      return page(
        c,
        path,
        'text/html',
        async () => (await pages()).listPage(context.bank, locale, query),
        query === '',
      );
    }
    if (name === 'errata')
      return page(c, path, 'text/html', async () => (await pages()).errataPage(context.bank, locale), true);
    const question = context.bank.questions.get(name);
    if (!question) return c.notFound();
    return page(c, path, 'text/html', async () => (await pages()).questionPage(question, locale), true);
  });
}
