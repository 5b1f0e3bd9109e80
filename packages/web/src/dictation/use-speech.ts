/** Speech to text by the browser, where it has it. */
import { useCallback, useEffect, useRef, useState } from 'react';

/** What we use of the Web Speech API, which TypeScript's library does not describe. */
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult:
    | ((event: { resultIndex: number; results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void)
    | null;
  onend: (() => void) | null;
  onerror: (() => void) | null;
  start(): void;
  stop(): void;
}

type Maker = new () => Recognition;
const maker = (): Maker | undefined => {
  const holder = globalThis as unknown as Record<
    'SpeechRecognition' | 'webkitSpeechRecognition',
    Maker | undefined
  >;
  return holder.SpeechRecognition ?? holder.webkitSpeechRecognition;
};

export const canDictate = (): boolean => maker() !== undefined;

/** Text with speech after it: Chinese has no spaces between sentences. */
export function joinSpeech(before: string, said: string, lang: string): string {
  const clean = lang.startsWith('zh')
    ? said.trim().replace(/(?<=\p{Script=Han}|[，。？！])\s+/gu, '')
    : said.trim().replace(/\s+/g, ' ');
  if (before === '' || clean === '') return before + clean;
  return before + (lang.startsWith('zh') || /\s$/.test(before) ? '' : ' ') + clean;
}

/**
 * @param hear called with what was said since the last call
 * @returns null where the browser has no speech recognition
 */
export function useSpeech(
  lang: string,
  hear: (text: string) => void,
): { listening: boolean; toggle: () => void } | null {
  const [listening, setListening] = useState(false);
  const current = useRef<Recognition | null>(null);
  const heard = useRef(hear);
  heard.current = hear;
  useEffect(() => () => current.current?.stop(), []);
  const toggle = useCallback(() => {
    if (current.current) {
      current.current.stop();
      return;
    }
    const Recognition = maker();
    if (!Recognition) return;
    const recognition = new Recognition();
    recognition.lang = lang;
    recognition.continuous = true;
    recognition.interimResults = false;
    recognition.onresult = ({ resultIndex, results }) => {
      // In one call: whoever hears may not have drawn what came a moment ago.
      const pieces: string[] = [];
      for (let at = resultIndex; at < results.length; at++) pieces.push(results[at]?.[0]?.transcript ?? '');
      const said = joinSpeech('', pieces.join(' '), lang);
      if (said !== '') heard.current(said);
    };
    const end = (): void => {
      current.current = null;
      setListening(false);
    };
    recognition.onend = end;
    recognition.onerror = end;
    current.current = recognition;
    setListening(true);
    recognition.start();
  }, [lang]);
  return maker() ? { listening, toggle } : null;
}
