/** From a refusal to words: by its stable code in the reader's language, else the server's own `detail`. */
import { ApiError, NetworkError } from '@viva/server/client';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { problems } from '../i18n/en.ts';

type Code = keyof typeof problems;

/** A lazily loaded piece of the app that did not arrive: browsers only say so in words. */
const isLostPiece = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script|preload css/i.test(error.message);

/** A function that says an error in the reader's language. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation('problems');
  return useCallback(
    (error: unknown) => {
      if (error instanceof NetworkError || isLostPiece(error)) return t('network');
      if (error instanceof ApiError) {
        if (i18n.exists(error.code, { ns: 'problems' })) return t(error.code as Code);
        return error.problem.detail || error.problem.title;
      }
      return t('unexpected');
    },
    [t, i18n],
  );
}

/**
 * The server's complaints by field of the body: `{ title: 'a title has at least 3 characters' }`.
 * A JSON pointer `/items/0/weight` becomes `items.0.weight`.
 */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<string, string> = {};
  for (const { field, message } of error.problem.errors ?? [])
    found[field.replace(/^(\/|body\/)+/, '').replaceAll('/', '.')] ??= message;
  return found;
}
