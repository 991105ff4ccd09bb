// Small helpers. The only place where markup that the server sent becomes elements.
export const $ = (s, root = document) => root.querySelector(s)
export const all = (s, root = document) => root.querySelectorAll(s)

const policy = globalThis.trustedTypes?.createPolicy('desk', { createHTML: s => s }) ?? { createHTML: s => s }

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
