// The palette: Ctrl+K finds what can be done with the case that is shown, an activation by its code or zone, and a page. It offers only what
// the page itself offers, so that nothing is in it that its person may not do.
import { $, all } from './dom.js'
import { offers } from './keys.js'
import { show } from './case.js'

const plain = text => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
const words = e => e.textContent.trim().replace(/\s+/g, ' ')
const open = address => () => location.assign(address)

function things() {
  const out = [] // activations first: Enter alone must never act
  for (const c of all('.card')) {
    const id = c.dataset.id, to = '/desk/' + id, practice = c.dataset.practice ? ', ' + c.dataset.practice : ''
    out.push({
      kind: 'Activation', words: `${words($('.code', c))}, ${c.dataset.zone}`, more: words($('.chip', c)) + practice,
      run: document.body.dataset.page === 'desk' ? () => show(id) : open(to),
    })
  }
  out.push(...offers().map(o => ({ ...o, kind: o.key === 'n' ? 'Desk' : 'This activation', key: o.key.toUpperCase() })))
  for (const a of all('.rail a')) out.push({ kind: 'Page', words: words($('span', a)), run: open(a.href) })
  out.push({ kind: 'Page', words: 'Your account', run: open('/account') })
  return out
}

// fitting are the things in which every word that was typed is; what begins with it comes first.
function fitting(offered, typed) {
  const asked = typed.split(/\s+/).map(plain).filter(Boolean), whole = plain(typed)
  const found = offered.filter(t => asked.every(w => plain(t.words + ' ' + (t.more ?? '')).includes(w)))
  found.sort((a, b) => plain(b.words).startsWith(whole) - plain(a.words).startsWith(whole))
  if (whole && $('.rail a[href="/cases"]')) found.push({ kind: 'Search', words: `All cases with “${typed.trim()}”`, run: open('/cases?q=' + encodeURIComponent(typed.trim())) })
  return found
}

function option(t, i) {
  const li = document.createElement('li'), name = document.createElement('b'), kind = document.createElement('small')
  Object.assign(li, { id: 'pal-' + i, role: 'option' })
  name.textContent = t.words
  kind.textContent = [t.more, t.kind].filter(Boolean).join(' · ')
  li.append(name, kind)
  if (t.key) li.append(Object.assign(document.createElement('kbd'), { textContent: t.key }))
  return li
}

export function start() {
  const box = $('#palette'), input = $('#find'), list = $('#found')
  if (!box) return
  let offered = [], found = [], at = 0, pressed = false

  function point(to) {
    at = (to + found.length) % found.length || 0
    for (const [i, li] of [...list.children].entries()) li.setAttribute('aria-selected', i === at)
    list.hidden = !found.length
    input.setAttribute('aria-expanded', found.length > 0)
    found.length ? input.setAttribute('aria-activedescendant', 'pal-' + at) : input.removeAttribute('aria-activedescendant')
    list.children[at]?.scrollIntoView({ block: 'nearest' })
  }
  function draw() {
    found = fitting(offered, input.value)
    list.replaceChildren(...found.map(option))
    $('#foundnone').hidden = found.length > 0
    point(0)
  }
  function take(i) {
    const one = found[i]
    if (!one) return
    box.close() // the focus goes back first: what is chosen may want it
    one.run()
  }

  addEventListener('keydown', e => {
    if (e.key.toLowerCase() !== 'k' || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return
    e.preventDefault()
    if (box.open) return box.close()
    if (document.body.dataset.locked !== undefined || $('dialog[open]')) return
    offered = things()
    input.value = ''
    pressed = false
    box.showModal()
    draw()
  })
  input.addEventListener('input', draw)
  input.addEventListener('keydown', e => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, found.length - 1), PageUp: Math.max(at - 8, 0) }[e.key]
    if (to !== undefined && found.length) { e.preventDefault(); point(to) }
    if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); pressed = true }
  })
  // Only as the key comes up: what is chosen may put the focus on a button, which the same key, still held, would press.
  input.addEventListener('keyup', e => {
    if (e.key !== 'Enter' || !pressed) return
    pressed = false
    take(at)
  })
  list.addEventListener('click', e => take([...list.children].indexOf(e.target.closest('li'))))
  box.addEventListener('close', () => list.replaceChildren())
}
