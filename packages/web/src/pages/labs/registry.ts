/** A page for each lab. To add one: a line here, its description in `@viva/labs/catalog`, its texts as a namespace. */
import { lazyPage } from '../../app/lazy-page.tsx';

export const LAB_PAGES: Readonly<Record<string, ReturnType<typeof lazyPage>>> = {
  'gan-vs-diffusion': lazyPage(
    () => import('./gan-vs-diffusion/gan-vs-diffusion-page.tsx'),
    'GanVsDiffusionPage',
  ),
  samplers: lazyPage(() => import('./samplers/samplers-page.tsx'), 'SamplersPage'),
};
