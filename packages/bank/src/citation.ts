/** Whether a source can be found by what is written about it. Pure. */
import type { Source } from './types.ts';

/**
 * What keeps a reader from finding the source, or nothing. A source needs an address, a DOI or the number of a law or
 * standard; an arXiv address must have the form and a month that an identifier can have, and not be younger than the source's year.
 */
export function citationFault({ url, doi, number, year }: Source): string | undefined {
  if (!url && !doi && !number)
    return 'nothing says where to find it; give a url, a doi, or the number of the law or standard';
  if (!url) return undefined;
  const { hostname, pathname } = new URL(url);
  if (hostname === 'doi.org' || hostname === 'dx.doi.org')
    return 'give the DOI in the field "doi" and not as an address';
  if (!number && pathname === '/')
    return `${url} is a site and not a document; give the address of the document`;
  if (hostname !== 'arxiv.org' && hostname !== 'www.arxiv.org') return undefined;
  const found = /^\/abs\/(\d{2})(\d{2})\.(\d{4,5})$/.exec(pathname);
  if (!found) return `${url} is not of the form https://arxiv.org/abs/YYMM.NNNNN`;
  const [, shortYear = '', month = '', serial = ''] = found;
  const submitted = 2000 + Number(shortYear);
  if (Number(month) < 1 || Number(month) > 12) return `${url} names the month ${month}`;
  // Identifiers have four digits after the point until the end of 2014 and five since.
  if ((serial.length === 5) !== submitted >= 2015)
    return `${url} has ${serial.length} digits after the point`;
  if (submitted > year) return `${url} was submitted in ${submitted}, after the year given (${year})`;
  return undefined;
}
