import { lazy, type ComponentType, type ReactNode } from 'react';

/** A page whose code comes when it is opened. */
export interface Page {
  (): ReactNode;
  /** Begins to fetch the code: a page that is there by the time it is wanted shows at once. */
  preload(): void;
}

interface PageModule {
  readonly default: ComponentType;
}

/**
 * Makes a page of a module. React waits a third of a second before it shows what a lazy component brought; one that was fetched before is
 * rendered as it is.
 */
export function page(load: () => Promise<PageModule>): Page {
  let there: ComponentType | undefined;
  const fetched = async (): Promise<PageModule> => {
    const module = await load();
    there = module.default;
    return module;
  };
  const Lazy = lazy(fetched);
  const Opened = (): ReactNode => {
    const Component = there ?? Lazy;
    return <Component />;
  };
  // a failure is met again, and shown, when the page is opened
  Opened.preload = () => void fetched().catch(() => {});
  return Opened;
}
