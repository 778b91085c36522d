/**
 * Suggestions under a search field, for the script of the site. It reads `/search/suggest?q=`:
 * `{ servers: [{ name, path, toolCount }], tools: [{ name, server, path, level, category }] }`. A search whose results are on the
 * same page (`data-live`) has none. Names of others reach the page as text only.
 */
export const SEARCH_SCRIPT = `
for (const form of document.querySelectorAll('form.search:not([data-live])')) {
  const field = form.querySelector('input[type="search"]');
  const list = document.createElement('ul');
  let timer;
  let running;
  let chosen = -1;
  list.id = field.id + '-suggestions';
  list.className = 'suggestions';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Suggestions');
  form.append(list);
  for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-controls', list.id], ['aria-expanded', 'false']])
    field.setAttribute(name, value);
  const choose = (place) => {
    const options = [...list.children];
    options.forEach((option, index) => option.setAttribute('aria-selected', String(index === place)));
    chosen = place;
    if (options[place]) field.setAttribute('aria-activedescendant', options[place].id);
    else field.removeAttribute('aria-activedescendant');
  };
  const close = () => {
    list.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    choose(-1);
  };
  const option = (name, note, path, style) => {
    const item = document.createElement('li');
    const label = document.createElement('bdi');
    const small = document.createElement('span');
    item.id = list.id + '-' + list.children.length;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.path = path;
    label.className = 'suggestion-name';
    label.textContent = name;
    small.className = 'suggestion-note';
    small.textContent = note;
    if (style) {
      const tag = document.createElement('span');
      tag.className = 'tag ' + style[0];
      tag.textContent = style[1];
      item.append(tag);
    }
    item.append(label, small);
    list.append(item);
  };
  const titled = (word) => word.charAt(0).toUpperCase() + word.slice(1);
  const update = async () => {
    if (running) running.abort();
    if (field.value.trim() === '') return close();
    running = new AbortController();
    try {
      const answer = await fetch('/search/suggest?' + new URLSearchParams({ q: field.value }), { signal: running.signal });
      if (!answer.ok) return;
      const { servers, tools } = await answer.json();
      list.replaceChildren();
      for (const { name, path, toolCount } of servers)
        option(name, toolCount === 1 ? '1 tool' : toolCount + ' tools', path);
      for (const { name, server, path, level, category } of tools)
        option(name, server, path, [category === 'unknown' ? 'unknown' : level, titled(category)]);
      list.hidden = list.children.length === 0;
      field.setAttribute('aria-expanded', String(!list.hidden));
      choose(-1);
    } catch (error) {
      if (error.name !== 'AbortError') close();
    }
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(update, 120);
  });
  field.addEventListener('keydown', (event) => {
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === 'Escape' && count > 0) {
      event.preventDefault();
      close();
    } else if (event.key === 'ArrowDown' && count > 0) {
      event.preventDefault();
      choose((chosen + 1) % count);
    } else if (event.key === 'ArrowUp' && count > 0) {
      event.preventDefault();
      choose(chosen <= 0 ? count - 1 : chosen - 1);
    } else if (event.key === 'Enter' && list.children[chosen]) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.path);
    }
  });
  list.addEventListener('mousedown', (event) => {
    const item = event.target.closest('li');
    if (!item) return;
    event.preventDefault();
    location.assign(item.dataset.path);
  });
  field.addEventListener('blur', close);
}
`;
