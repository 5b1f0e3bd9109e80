/** A browser, as far as cookies go, on an application in the process. */
import { type Client, createClient } from '../client.ts';

interface App {
  fetch(request: Request): Response | Promise<Response>;
}

export function browserOn(app: App, origin = 'http://viva.test'): Client & { jar: Map<string, string> } {
  const jar = new Map<string, string>();
  const client = createClient({
    origin,
    fetch: async (request) => {
      if (jar.size > 0)
        request.headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
      const response = await app.fetch(request);
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const [name = '', value = ''] = pair.split(/=(.*)/s);
        if (value && !cookie.includes('Max-Age=0')) jar.set(name, value);
        else jar.delete(name);
      }
      return response;
    },
  });
  return Object.assign(client, { jar });
}
