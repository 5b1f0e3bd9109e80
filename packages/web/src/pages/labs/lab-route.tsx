/** The page of the lab that the address names. */
import { getRouteApi } from '@tanstack/react-router';
import { NotFoundPage } from '../../app/not-found-page.tsx';
import { LAB_PAGES } from './registry.ts';

const route = getRouteApi('/layout/labs/$lab');

export function LabRoute() {
  const { lab } = route.useParams();
  const Page = LAB_PAGES[lab];
  return Page ? <Page key={lab} /> : <NotFoundPage />;
}
