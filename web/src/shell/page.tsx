import { Center, Loader } from '@mantine/core';
import { useEffect, useState, type ComponentType, type ReactNode } from 'react';

/** A page, or a part of one, whose code comes when it is opened. */
export interface Page<Props = object> {
  (props: Props): ReactNode;
  /** Begins to fetch the code: a page that is there by the time it is wanted shows at once. */
  preload(): void;
}

interface PageModule<Props> {
  readonly default: ComponentType<Props>;
}

/**
 * Makes a page of a module. Not with React's own `lazy`, which waits a third of a second before it shows what took the place of a
 * fallback: this one is drawn as soon as it is there. Until then `Before` stands in its place.
 */
export function page<Props extends object = object>(
  load: () => Promise<PageModule<Props>>,
  Before: ComponentType<Props> = Coming,
): Page<Props> {
  let there: ComponentType<Props> | undefined;
  const fetched = async (): Promise<void> => {
    const module = await load();
    there = module.default;
  };
  const Opened = (props: Props): ReactNode => {
    const [Component, setComponent] = useState(() => there);
    const [failure, setFailure] = useState<{ readonly error: unknown }>();
    useEffect(() => {
      if (Component !== undefined) return;
      fetched().then(
        () => setComponent(() => there),
        (error: unknown) => setFailure({ error }),
      );
    }, [Component]);
    if (failure !== undefined) throw failure.error;
    return Component === undefined ? <Before {...props} /> : <Component {...props} />;
  };
  // a failure is met again, and shown, when the page is opened
  Opened.preload = () => void fetched().catch(() => {});
  return Opened;
}

/** Says that a page is on its way. */
export function Coming(): ReactNode {
  return (
    <Center mih="20vh" role="status" aria-label="Loading">
      <Loader />
    </Center>
  );
}

const LATER_MS = 1_000;

/** Does what nobody waits for once the page has what it was opened for. Gives the way to call it off. */
export function later(work: () => void): () => void {
  const timer = setTimeout(work, LATER_MS);
  return () => clearTimeout(timer);
}
