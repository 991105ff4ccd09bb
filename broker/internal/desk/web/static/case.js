// The case beside the list: opened, kept fresh, and acted on without leaving the page.
import { $, all, element, notice } from './dom.js'
import { mark, selected } from './cards.js'
import { tick } from './clock.js'
import { paint, tell } from './looking.js'

let asked = 0
let going = 0 // the person is on the way to another case: nothing that only keeps the old one fresh may come in between

async function fetchCase(id, again = '') {
  const r = await fetch(`/desk/${id}/detail${again}`, { signal: AbortSignal.timeout(8000) })
  if (!r.ok) throw Object.assign(new Error('refused'), { final: r.status < 500 })
  return element(await r.text())
}

// keep carries over what the person had begun: half-typed minutes, a chosen sentence, an open step, the focus.
function keep(from, to) {
  for (const d of all('details[open]', from)) if (d.id) to.querySelector('#' + d.id)?.setAttribute('open', '')
  for (const f of all('input:not([type=hidden]),select', from)) {
    if (f.type === 'radio') {
      if (f.checked && !f.defaultChecked) { const t = $(`input[name="${f.name}"][value="${f.value}"]`, to); if (t) t.checked = true }
    } else if (f.id) {
      const t = to.querySelector('#' + f.id)
      if (t && f.type === 'checkbox') t.checked = f.checked
      else if (t) t.value = f.value
    }
  }
}

function swap(next) {
  const old = $('#case'), same = old?.dataset.id === next.dataset.id
  if (same && Number(old.dataset.rev) > Number(next.dataset.rev)) return
  const focus = same && old.contains(document.activeElement) ? document.activeElement.id : ''
  if (same) keep(old, next)
  $('#detail').replaceChildren(next)
  if (focus) (document.getElementById(focus) ?? $('#detail')).focus({ preventScroll: true })
  if (!same) $('#detail').scrollTop = $('.panes').scrollTop = 0
  mark()
  tick()
  paint()
  if (!same) tell()
}

export async function refresh(id) {
  if (going || id !== selected()) return
  const mine = ++asked
  try {
    const next = await fetchCase(id, '?again') // the same reading goes on
    if (mine === asked && id === selected()) swap(next)
  } catch (e) {
    if (mine === asked && !e.final) setTimeout(() => mine === asked && refresh(id), 1000)
  }
}

export async function show(id, { push = true, view = 'detail' } = {}) {
  const mine = going = ++asked
  let arrived = false
  try {
    const next = await fetchCase(id)
    if (mine !== asked) return
    arrived = true
    swap(next)
    document.body.dataset.view = view
    if (push) history.pushState({}, '', '/desk/' + id)
    notice('')
    if (!$('.listpane').offsetParent) $('#detail').focus({ preventScroll: true }) // a phone: the list has gone
  } catch {
    if (push) notice('The activation could not be opened.', 'Check the connection and try again.')
  }
  if (going !== mine) return
  going = 0
  if (!arrived) refresh(selected()) // what was left out meanwhile
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button))
  button?.setAttribute('aria-busy', 'true')
  try {
    const r = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/problem+json' }, signal: AbortSignal.timeout(12000) })
    if (r.ok) {
      const on = r.headers.get('Content-Location')?.split('/')[2]
      if (on && on !== selected()) return show(on)
      form.reset()
      if (form.closest('details')) form.closest('details').open = false
      notice('')
    } else {
      const p = await r.json()
      notice(p.title, p.detail)
    }
  } catch {
    notice('It is not certain that this was stored.', 'Look at the timeline, then try again. Doing it twice does no harm. If it fails again, phone the other agencies.')
  }
  button?.removeAttribute('aria-busy')
  refresh(selected())
}

export function start() {
  addEventListener('submit', e => {
    if (!e.target.closest('#case')) return
    e.preventDefault()
    if (e.submitter?.hasAttribute('aria-busy')) return
    send(e.target, e.submitter)
  })
  addEventListener('click', e => {
    const a = e.target.closest('.card a, .backlink')
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey || document.body.dataset.page !== 'desk') return
    e.preventDefault()
    if (a.classList.contains('backlink')) return list()
    show(a.parentElement.dataset.id)
  })
  addEventListener('beforeprint', () => { if (selected()) navigator.sendBeacon(`/desk/${selected()}/printed`) })
  addEventListener('popstate', () => {
    const id = location.pathname.split('/')[2]
    id ? show(id, { push: false }) : list(false)
  })
}

function list(push = true) {
  document.body.dataset.view = 'list'
  if (push) history.pushState({}, '', '/desk')
}
