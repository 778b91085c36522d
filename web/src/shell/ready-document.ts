/**
 * Resolves when a document is parsed and its style sheets are there, or have failed: what is measured before is wrong. The first script
 * waits for neither, so that it asks for everything else sooner.
 */
export async function documentIsReady(document: Document): Promise<void> {
  if (document.readyState === 'loading') await happened('DOMContentLoaded', document);
  if (document.readyState === 'complete') return;
  const missing = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].filter(
    ({ sheet }) => sheet === null,
  );
  const all = Promise.all(missing.map(async (link) => happened('load', link)));
  // which comes, too, when one of them has failed
  await Promise.race([all, happened('load', document.defaultView ?? document)]);
}

async function happened(event: string, target: EventTarget): Promise<void> {
  await new Promise<unknown>((done) => {
    target.addEventListener(event, done, { once: true });
  });
}
