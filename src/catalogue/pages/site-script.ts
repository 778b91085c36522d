/** The script of the site. Pages are whole without it: it adds copy buttons, and answers while a search is typed. */
export const SCRIPT = `
'use strict';
for (const button of document.querySelectorAll('button[data-copy]')) {
  const label = button.firstChild;
  const words = label.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    const text = source.value === undefined ? source.textContent : source.value;
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = 'Copied';
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      label.textContent = 'Selected';
    }
    clearTimeout(timer);
    timer = setTimeout(() => { label.textContent = words; }, 2000);
  });
}
const element = (name, className, text) => {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
for (const form of document.querySelectorAll('form[data-suggest]')) {
  const list = element('ul', 'suggestions');
  let timer;
  let running;
  list.hidden = true;
  form.append(list);
  const add = (found, note) => {
    const item = element('li', '');
    const link = element('a', 'row-name', found.name);
    link.href = found.path;
    item.append(link, element('span', 'row-note', note));
    list.append(item);
  };
  const update = async () => {
    const text = form.elements.q.value.trim();
    if (running) running.abort();
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.suggest + '?' + new URLSearchParams({ q: text }), { signal: running.signal });
      if (!answer.ok) return;
      const { servers, tools } = await answer.json();
      list.replaceChildren();
      for (const found of servers) add(found, 'server, ' + found.toolCount + (found.toolCount === 1 ? ' tool' : ' tools'));
      for (const found of tools) add(found, found.category + ', ' + found.server);
      list.hidden = list.childElementCount === 0;
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(update, 120);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    list.hidden = true;
    form.elements.q.focus();
  });
}
for (const form of document.querySelectorAll('form[data-live]')) {
  const results = document.getElementById(form.dataset.live);
  let timer;
  let running;
  const update = async () => {
    const url = form.getAttribute('action') + '?' + new URLSearchParams(new FormData(form));
    if (running) running.abort();
    running = new AbortController();
    try {
      const answer = await fetch(url, { signal: running.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(form.dataset.live);
      if (fresh) results.replaceChildren(...fresh.childNodes);
      if (location.pathname === form.getAttribute('action')) history.replaceState(null, '', url);
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(update, 120);
  });
}
`;
