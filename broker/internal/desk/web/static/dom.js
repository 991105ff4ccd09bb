// Small helpers. The only place where markup that the server sent becomes elements.
export const $ = (s, root = document) => root.querySelector(s)
export const all = (s, root = document) => root.querySelectorAll(s)

const rules = {
  createHTML: s => s,
  createScriptURL(s) { if (s !== '/sw.js') throw new TypeError('only the service worker'); return s },
}
const policy = globalThis.trustedTypes?.createPolicy('desk', rules) ?? rules

// worker is the address of the service worker in the form that the browser insists on.
export function worker(path) { return policy.createScriptURL(path) }

export function elements(html) {
  const t = document.createElement('template')
  t.innerHTML = policy.createHTML(html)
  return t.content
}

export function element(html) { return elements(html).firstElementChild }

export function announce(text) { $('#live').textContent = text }

// notice shows what was refused, in the server's words.
export function notice(title, detail = '') {
  const box = $('#notice'), strong = document.createElement('strong')
  strong.textContent = title
  box.querySelector('p').replaceChildren(strong, ' ' + detail)
  box.hidden = !title
}
