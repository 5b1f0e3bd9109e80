import type { Question } from '../../api/client.ts';

/** A work that an answer rests on, with a link where there is one. */
export function Citation({ source }: { source: Question['sources'][number] }) {
  const { title, authors, year, venue, url, doi, number } = source;
  const href = url ?? (doi ? `https://doi.org/${doi}` : undefined);
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
