/** The page as one file that needs nothing else: text, tables and drawings as they stand, with their styles inside. */
import { saveBlob } from './save-blob.ts';

const rules = (): string =>
  [...document.styleSheets]
    .flatMap((sheet) => {
      try {
        return [...sheet.cssRules].map(({ cssText }) => cssText);
      } catch {
        // A sheet of another origin cannot be read; the pages load none, an extension of the browser may.
        return [];
      }
    })
    .join('\n')
    // Fonts and images by address would have to be fetched; the file must not.
    .replaceAll(/url\((?!["']?data:)[^)]*\)/g, 'none');

/** Where the styles go. */
const STYLES = 'styles';

export function reportHtml(root: HTMLElement, title: string): string {
  const copy = root.cloneNode(true) as HTMLElement;
  for (const node of copy.querySelectorAll('.no-print, script, link')) node.remove();
  for (const details of copy.querySelectorAll('details')) details.open = true;
  for (const link of copy.querySelectorAll('a[href]'))
    if (!link.getAttribute('href')?.startsWith('#')) link.replaceWith(...link.childNodes);
  // A copied canvas is blank: its picture goes in its place.
  const drawn = root.querySelectorAll('canvas');
  for (const [at, canvas] of [...copy.querySelectorAll('canvas')].entries()) {
    const image = document.createElement('img');
    image.src = drawn[at]?.toDataURL('image/png') ?? '';
    image.alt = canvas.getAttribute('aria-label') ?? '';
    image.style.width = '100%';
    canvas.replaceWith(image);
  }
  // What could be moved or chosen stands as its value.
  for (const control of copy.querySelectorAll('input, button')) control.setAttribute('disabled', '');
  for (const region of copy.querySelectorAll('[tabindex]')) region.removeAttribute('tabindex');
  // The page's frame, which gave it its margins, stays behind.
  copy.style.cssText = 'max-width: 1136px; margin: 0 auto; padding: 32px';
  const page = document.implementation.createHTMLDocument(title);
  const from = document.documentElement;
  page.documentElement.lang = from.lang;
  // Colours follow attributes of the root element.
  for (const { name, value } of from.attributes)
    if (name.startsWith('data-')) page.documentElement.setAttribute(name, value);
  const charset = page.createElement('meta');
  charset.setAttribute('charset', 'utf-8');
  const viewport = page.createElement('meta');
  viewport.name = 'viewport';
  viewport.content = 'width=device-width, initial-scale=1';
  page.head.prepend(charset, viewport);
  // Put in as text: as an element the page's policy against inline styles would be asked about it, here.
  page.head.append(page.createComment(STYLES));
  page.body.append(copy);
  const html = page.documentElement.outerHTML.replace(
    `<!--${STYLES}-->`,
    () => `<style>${rules().replaceAll('</', '<\\/')}</style>`,
  );
  return `<!doctype html>\n${html}\n`;
}

export function saveReport(root: HTMLElement, title: string): void {
  saveBlob(new Blob([reportHtml(root, title)], { type: 'text/html' }), `${title}.html`);
}
