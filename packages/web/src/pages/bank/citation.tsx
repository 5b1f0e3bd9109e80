import type { Question } from '../../api/client.ts';

/** A work that an answer rests on, with a link where there is one. */
export function Citation({ source }: { source: Question['sources'][number] }) {
  const { title, authors, year, venue, url, doi, number } = source;
  // Authors write these: nothing but the web may stand behind a link.
  const href =
    (url && /^https?:\/\//i.test(url) ? url : undefined) ?? (doi ? `https://doi.org/${doi}` : undefined);
  return (
    <>
      {authors} ({year}).{' '}
      {href ? (
        <a href={href} target="_blank" rel="noreferrer">
          {title}
        </a>
      ) : (
        <cite>{title}</cite>
      )}
      {venue && `. ${venue}`}
      {number && `. ${number}`}
    </>
  );
}
