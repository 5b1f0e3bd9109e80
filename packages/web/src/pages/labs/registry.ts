/** A page for each lab. To add one: a line here, its description in `@viva/labs/catalog`, its texts as a namespace. */
import { lazyPage } from '../../app/lazy-page.tsx';

export const LAB_PAGES: Readonly<Record<string, ReturnType<typeof lazyPage>>> = {
  encoder: lazyPage(() => import('./encoder/encoder-page.tsx'), 'EncoderPage'),
  'gan-vs-diffusion': lazyPage(
    () => import('./gan-vs-diffusion/gan-vs-diffusion-page.tsx'),
    'GanVsDiffusionPage',
  ),
  'knowledge-injection': lazyPage(
    () => import('./knowledge-injection/knowledge-injection-page.tsx'),
    'KnowledgeInjectionPage',
  ),
  'mixed-precision': lazyPage(
    () => import('./mixed-precision/mixed-precision-page.tsx'),
    'MixedPrecisionPage',
  ),
  quantization: lazyPage(() => import('./quantization/quantization-page.tsx'), 'QuantizationPage'),
  reasoning: lazyPage(() => import('./reasoning/reasoning-page.tsx'), 'ReasoningPage'),
  'prompt-generalization': lazyPage(
    () => import('./prompt-generalization/prompt-generalization-page.tsx'),
    'PromptGeneralizationPage',
  ),
  samplers: lazyPage(() => import('./samplers/samplers-page.tsx'), 'SamplersPage'),
};
