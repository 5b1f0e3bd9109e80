import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

type Page = LazyExoticComponent<ComponentType> & { preload: () => Promise<void> };

/**
 * A page that loads when it is first needed, by its named export. Unlike the router's own helper it does not reload
 * the window when its code cannot be fetched: with the server away, that would swap the app for the browser's error
 * page. The error page shows instead, and its button tries again.
 */
export function lazyPage<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): Page {
  let loading: Promise<{ default: ComponentType }> | undefined;
  const bring = () => {
    loading ??= load()
      .then((module) => ({ default: module[name] }))
      .catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
    return loading;
  };
  return Object.assign(lazy(bring), { preload: () => bring().then(() => undefined) });
}
