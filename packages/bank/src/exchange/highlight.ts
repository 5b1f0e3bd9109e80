/** Code of the languages that the bank speaks of, with highlight.js' classes around its words. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import yaml from 'highlight.js/lib/languages/yaml';

for (const [name, language] of Object.entries({ bash, json, python, sql, typescript, yaml }))
  hljs.registerLanguage(name, language);

/** @returns markup, or undefined for a language that is not among them */
export function highlightCode(code: string, language: string): string | undefined {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : undefined;
}
