/** What the administrator of a server decides for all who use it. */
import { z } from '@hono/zod-openapi';

export const Settings = z
  .object({
    /** The bank can be read at `/read` without signing in: questions, answers, sources; no anchors, no parallel forms. */
    publicBank: z.boolean(),
  })
  .openapi('Settings');
