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
