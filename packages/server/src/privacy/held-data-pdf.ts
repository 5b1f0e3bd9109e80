/** The data that are held about a candidate, as a PDF with its font inside: it reads the same on every machine. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { z } from '@hono/zod-openapi';
import PDFDocument from 'pdfkit';
import type { Locale } from '../contract/common.ts';
import type { HeldData } from '../contract/privacy.ts';
import { type PdfWord, pdfWords } from './pdf-words.ts';

/** Noto Sans SC (SIL Open Font License 1.1), 7,947 characters; a PDF gets those that it uses. Plain TrueType: fontkit does not cut subsets out of WOFF2 (13 MB). */
const FONT = fileURLToPath(new URL('../../fonts/NotoSansSC-Regular.ttf', import.meta.url));
const MARGIN = 56;
const GREY = '#555555';
const ACCENT = '#1f5f99';

let font: Promise<Buffer> | undefined;

/** What the font lacks is written as its code point, so that nothing goes missing without a trace. */
function legible(text: string, has: (codePoint: number) => boolean): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (character === '\n' || has(code)) return character;
      return code < 32 ? ' ' : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    })
    .join('');
}

interface Glyphs {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

export async function heldDataPdf(data: z.infer<typeof HeldData>, lang: Locale): Promise<Buffer> {
  font ??= readFile(FONT);
  const word = pdfWords(lang);
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    lang,
    displayTitle: true,
    info: { Title: word('title'), Creator: 'Viva', CreationDate: new Date(data.generatedAt) },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.once('end', () => resolve());
    pdf.once('error', reject);
  });
  pdf.registerFont('text', await font);
  pdf.font('text');
  // pdfkit does not say so in its types: the font that it embeds is fontkit's.
  const glyphs = (pdf as unknown as { _font: { font: Glyphs } })._font.font;
  const safe = (text: string): string => legible(text, (code) => glyphs.hasGlyphForCodePoint(code));
  const at = (moment: string): string => `${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC`;

  const heading = (key: PdfWord): void => {
    if (pdf.y > pdf.page.height - 3 * MARGIN) pdf.addPage();
    pdf
      .moveDown(0.9)
      .fontSize(13)
      .fillColor(ACCENT)
      .text(word(key))
      .moveDown(0.25)
      .fontSize(10)
      .fillColor('black');
  };
  const line = (label: string, value: string): void => {
    pdf.fillColor(GREY).text(`${safe(label)}${lang === 'en' ? ': ' : '：'}`, { continued: true });
    pdf.fillColor('black').text(value === '' ? '–' : safe(value));
  };
  const paragraph = (text: string): void => void pdf.fillColor('black').text(safe(text), { paragraphGap: 3 });
  const small = (text: string): void =>
    void pdf.fontSize(9).fillColor(GREY).text(safe(text)).fontSize(10).fillColor('black');
  const none = (): void => small(word('none'));

  pdf.fontSize(20).text(word('title')).fontSize(10);
  small(`${word('made')} ${at(data.generatedAt)}`);

  heading('person');
  const { candidate } = data;
  line(word('name'), candidate.name);
  line(word('email'), candidate.email ?? word('none'));
  line(word('account'), data.account ? data.account.email : word('none'));
  line(word('added'), at(candidate.addedAt));
  if (candidate.withdrawnAt) {
    line(word('withdrawn'), at(candidate.withdrawnAt));
    line(word('reason'), candidate.withdrawnReason ?? '');
  }
  line(word('opening'), data.opening.title);

  heading('sessions');
  if (data.sessions.length === 0) none();
  for (const { scheduledAt, minutes, place } of data.sessions)
    paragraph(`${at(scheduledAt)} · ${minutes} ${word('minutes')} · ${place}`);

  heading('samples');
  if (data.workSamples.length === 0) none();
  for (const { lab, seed, conclusion, attachedAt } of data.workSamples) {
    small(`${lab} · seed ${seed} · ${at(attachedAt)}`);
    paragraph(conclusion);
  }

  if (data.transcripts.length > 0) {
    heading('transcripts');
    for (const { question, body, at: moment } of data.transcripts) {
      small(`${question} · ${at(moment)}`);
      paragraph(body);
    }
  }

  heading('ratings');
  if (data.ratings.state === 'sealed') paragraph(word('sealed'));
  for (const { question, rater, score, notAsked, evidence, kind, reason, at: moment } of data.ratings.items) {
    small(
      [`${word('rater')} ${rater}`, kind === 'amendment' ? word('amendment') : null, question, at(moment)]
        .filter(Boolean)
        .join(' · '),
    );
    line(word('score'), score === null ? `${word('notAsked')} (${notAsked ?? ''})` : String(score));
    if (evidence) paragraph(evidence);
    if (reason) line(word('reason'), reason);
  }
  if (data.ratings.notes.length > 0) {
    heading('notes');
    for (const { rater, body } of data.ratings.notes) {
      small(`${word('rater')} ${rater}`);
      paragraph(body);
    }
  }
  if (data.ratings.comments.length > 0) {
    heading('comments');
    for (const { body, at: moment } of data.ratings.comments) {
      small(at(moment));
      paragraph(body);
    }
  }

  heading('decisions');
  if (data.decisions.length === 0) none();
  for (const { outcome, reason, at: moment } of data.decisions) {
    small(at(moment));
    line(word(outcome), reason);
  }

  if (data.groupAnswers.length > 0) {
    heading('groups');
    for (const { attribute, value } of data.groupAnswers) line(attribute, value);
  }
  if (data.practice.length > 0) {
    heading('practice');
    for (const { kit, createdAt, text } of data.practice) {
      small(`${kit[lang]} · ${at(createdAt)}`);
      for (const turn of text) paragraph(turn);
    }
  }

  heading('ai');
  if (data.aiUse.length === 0) paragraph(word('aiNone'));
  for (const { feature, model, server, at: moment, counted, detail } of data.aiUse) {
    small(`${feature} · ${at(moment)} · ${detail}`);
    line(word('model'), model ?? '');
    line(word('server'), server ?? word('stayed'));
    line(word('counted'), word(counted ? 'yes' : 'no'));
  }

  heading('requests');
  if (data.requests.length === 0) none();
  for (const { kind, status, body, answer, askedAt } of data.requests) {
    small(`${word(kind)} · ${word(status)} · ${at(askedAt)}`);
    if (body) paragraph(body);
    if (answer) line(word('reason'), answer);
  }

  heading('retention');
  line(word('kept'), String(data.retention.eraseAfterDays));
  if (data.retention.erasedOn) line(word('erasedOn'), data.retention.erasedOn.slice(0, 10));
  if (data.retention.held) paragraph(word('held'));

  heading('log');
  for (const { action, at: moment } of data.log) small(`${at(moment)}  ${action}`);

  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}
