/**
 * Sets aside what in a transcript speaks to its rater, before a model reads it. By signs in the text alone: the defence is
 * as good with a model that obeys everything. Nothing is deleted from the record; a person sees each passage and why.
 */
import type { Question } from '@viva/bank';
import { sentencesOf } from '../sentences.ts';
import { type Turn, turnsOf } from '../transcript.ts';
import { chatMarks, maskChatMarks } from './chat-marks.ts';
import { isEncoded, readings, visible, withoutInvisible } from './disguises.ts';
import { isWeak, type ScreenReason, signalOf } from './signals.ts';
import { askedAbout, isOffSubject } from './subject.ts';

/** Raised when other passages would be set aside; stands in what a rating is traced to. */
export const SCREEN_VERSION = 1;

export interface SetAside {
  /** As it stands in the transcript. */
  text: string;
  speaker: Turn['speaker'];
  /** From 1. */
  turn: number;
  reason: ScreenReason;
  /** Only a quotation within a sentence that speaks of it: the sentence stays, the quoted words do not. */
  quoted: boolean;
}

export interface ScreenedTranscript {
  /** What is left, in order; of others than the candidate, only questions. */
  turns: Turn[];
  /** What is left of the candidate's words: the only ones that can be evidence. */
  speech: string;
  setAside: SetAside[];
}

/** In place of quoted words. */
const MASK = '[…]';
/** Words in a row that an answer and an anchor have in common by chance hardly ever. */
const SAME_WORDS = 8;
const SAME_HAN = 16;
/** A piece as short, right after what was set aside, is its end. */
const SCRAP_WORDS = 3;

const QUOTATION =
  /“[^”]{4,}”|"[^"]{4,}"|‘[^’]{4,}’|(?<![\p{L}\p{N}])'[^']{4,}'(?![\p{L}\p{N}])|「[^」]{4,}」|『[^』]{4,}』|`[^`]{4,}`/gu;
/** Words of a sentence that tells of a text, and does not say it. */
const REPORTS =
  /\b(?:attack\w*|inject\w*|jailbreak\w*|e-?mails?|messages?|documents?|pages?|web ?sites?|users?|prompts?|phrases?|strings?|sentences?|plant\w*|wr[io]te?s?|written|says?|said|saying|asks?|asked|such as|like|for example|for instance|e\.g\.|hid(?:e|den)|payloads?|template)\b|攻击|注入|越狱|邮件|网页|文档|用户|提示|比如|例如|写|说|藏|一句|诸如|类似|模板/iu;

/** Runs of an anchor's words by which a text that repeats it is known. */
function shingles(text: string): Set<string> {
  const plain = visible(text).toLowerCase();
  const found = new Set<string>();
  const words = plain.match(/[\p{Script=Latin}\p{N}]+/gu) ?? [];
  for (let at = 0; at + SAME_WORDS <= words.length; at++)
    found.add(words.slice(at, at + SAME_WORDS).join(' '));
  const han = plain.match(/\p{Script=Han}/gu) ?? [];
  for (let at = 0; at + SAME_HAN <= han.length; at++) found.add(han.slice(at, at + SAME_HAN).join(''));
  return found;
}

/** What of a question the screen looks at. */
interface Context {
  anchors: ReadonlySet<string>;
  asked: string;
}

/** Why a text, however it is read, is set aside. */
function reasonOf(text: string, context: Context): ScreenReason | null {
  const { plain, others } = readings(text);
  const open = signalOf(plain, context.asked);
  if (open) return open;
  if (isEncoded(text) || others.some((read) => signalOf(read, context.asked) !== null)) return 'disguised';
  for (const run of shingles(text)) if (context.anchors.has(run)) return 'repeats-anchor';
  return null;
}

type Verdict = { keep: string; masked: { text: string; reason: ScreenReason }[] } | { reason: ScreenReason };

function judge(sentence: string, context: Context): Verdict {
  const masked: { text: string; reason: ScreenReason }[] = [];
  let outside = sentence;
  const reason = reasonOf(sentence, context);
  if (reason) {
    // A sentence that tells of an order keeps its own words and loses the order's.
    outside = sentence.replace(QUOTATION, (quotation) => {
      masked.push({ text: quotation, reason });
      return `${quotation[0]}${MASK}${quotation.at(-1)}`;
    });
    if (masked.length === 0 || !REPORTS.test(outside) || reasonOf(outside, context)) return { reason };
  }
  const marks = chatMarks(outside);
  if (marks.length === 0) return { keep: outside, masked };
  // A sentence about chat formats names their marks; one that uses them has little else, or talks of scores.
  const rest = maskChatMarks(outside, ' ');
  if (isWeak(rest) || (rest.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < 12) return { reason: 'markup' };
  return {
    keep: maskChatMarks(outside, MASK),
    masked: [...masked, ...marks.map((text) => ({ text, reason: 'markup' as const }))],
  };
}

/** Sentences of one turn, with what is set aside; neighbours with a weak sign go with it. */
function screenTurn(
  sentences: readonly string[],
  judgeOne: (sentence: string) => Verdict,
  isOff: (sentence: string) => boolean,
): Verdict[] {
  const verdicts = sentences.map((sentence): Verdict => {
    const verdict = judgeOne(sentence);
    return 'keep' in verdict && isOff(verdict.keep) ? { reason: 'off-subject' } : verdict;
  });
  const aside = (at: number): boolean => {
    const verdict = verdicts[at];
    // What is off the subject, or an anchor's words, says nothing about its neighbours.
    return (
      verdict !== undefined &&
      'reason' in verdict &&
      verdict.reason !== 'off-subject' &&
      verdict.reason !== 'repeats-anchor'
    );
  };
  const spread = (order: readonly number[], step: 1 | -1) => {
    for (const at of order) {
      const sentence = sentences[at] as string;
      if (aside(at) || !aside(at - step)) continue;
      const scrap =
        step === 1 && sentence.split(/\s+/).length <= SCRAP_WORDS && sentence.length <= 24 && !asks(sentence);
      if (isWeak(visible(sentence)) || scrap) verdicts[at] = { reason: 'beside' };
    }
  };
  const order = sentences.map((_, at) => at);
  spread(order, 1);
  spread(order.toReversed(), -1);
  return verdicts;
}

/** Pieces of words that are spelt out with full stops, which look like ends of sentences. */
const SPELT_PIECE = /^[.\s]*(?:\p{L}[.\s]+){1,}\p{L}?[.\s]*$/u;

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let spelling = false;
  for (const sentence of sentencesOf(text)) {
    const spelt = SPELT_PIECE.test(sentence);
    if (spelt && spelling) pieces.push(`${pieces.pop()} ${sentence}`);
    else pieces.push(sentence);
    spelling = spelt;
  }
  return pieces;
}

const asks = (sentence: string): boolean => /[?？]["”’」』)）]*$/u.test(sentence.trim());

/** What becomes of transcripts of one question. */
export type Screen = (transcript: string) => ScreenedTranscript;

/**
 * A screen that judges each sentence once, however many transcripts have it. It keeps what it has read: let go of it.
 * @param question whose words tell what belongs to an answer, and whose anchors nobody repeats by chance; without one,
 * signs alone decide
 */
export function screenFor(question?: Pick<Question, 'text'>): Screen {
  const anchors = new Set(
    Object.values(question?.text ?? {}).flatMap((text) =>
      text.anchors.flatMap((anchor) => [...shingles(anchor)]),
    ),
  );
  const context = { anchors, asked: question ? askedAbout(question) : '' };
  const judged = new Map<string, Verdict>();
  const once = (sentence: string): Verdict => {
    const verdict = judged.get(sentence) ?? judge(sentence, context);
    judged.set(sentence, verdict);
    return verdict;
  };
  const isOff = (sentence: string): boolean =>
    question !== undefined && isOffSubject(visible(sentence).toLowerCase(), question);
  return (transcript) => screened(transcript, once, isOff);
}

/** @param question as of `screenFor` */
export const screenTranscript = (transcript: string, question?: Pick<Question, 'text'>): ScreenedTranscript =>
  screenFor(question)(transcript);

function screened(
  transcript: string,
  judgeOne: (sentence: string) => Verdict,
  isOff: (sentence: string) => boolean,
): ScreenedTranscript {
  const setAside: SetAside[] = [];
  const turns: Turn[] = [];
  for (const [place, { speaker, text }] of turnsOf(transcript).entries()) {
    const sentences = piecesOf(text);
    // An interviewer may well ask for a number.
    const verdicts = screenTurn(sentences, judgeOne, speaker === 'candidate' ? isOff : () => false);
    const kept: string[] = [];
    for (const [at, verdict] of verdicts.entries()) {
      const said = sentences[at] as string;
      const about = { speaker, turn: place + 1 };
      if ('reason' in verdict) setAside.push({ ...about, text: said, reason: verdict.reason, quoted: false });
      else {
        for (const part of verdict.masked) setAside.push({ ...about, ...part, quoted: true });
        // What others say is context where it asks; what they think of the answer would not be blind.
        if (speaker === 'candidate' || asks(said)) kept.push(withoutInvisible(verdict.keep));
      }
    }
    if (kept.length > 0) turns.push({ speaker, text: kept.join('\n') });
  }
  return {
    turns,
    speech: turns
      .filter(({ speaker }) => speaker === 'candidate')
      .map(({ text }) => text)
      .join('\n'),
    setAside,
  };
}

const LABELS = {
  en: { candidate: 'Candidate', other: 'Interviewer' },
  'zh-CN': { candidate: '候选人', other: '面试官' },
} as const;

/** What a model is given: numbered turns, every line of them quoted, so that no line of a transcript stands by itself. */
export const quotedTurns = ({ turns }: ScreenedTranscript, locale: 'en' | 'zh-CN'): string =>
  turns
    .map(
      ({ speaker, text }, at) =>
        `[${at + 1}] ${LABELS[locale][speaker]}\n${text
          .split('\n')
          .map((line) => `> ${line}`)
          .join('\n')}`,
    )
    .join('\n');
