/** How long a row that is scrolled to may take to be drawn. */
const MOST_FRAMES = 30;

/** Focuses what a list has scrolled to as soon as it is drawn; gives up when it does not come. */
export function focusWhenThere(find: () => HTMLElement | null | undefined, frames = MOST_FRAMES): void {
  const element = find();
  if (element) element.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusWhenThere(find, frames - 1));
}
