// The page on which somebody lets this browser notify them.
import { $, notice, worker } from './dom.js'

const box = $('#push'), on = $('#pushon'), off = $('#pushoff'), check = $('#pushcheck')
const words = {
  unsupported: ['This browser can not show notifications.', 'Use another one, or, on an iPhone or iPad, add the desk to the home screen first.'],
  denied: ['Notifications are blocked in this browser.', 'Allow them for this site in the browser’s settings, then open this page again.'],
  off: ['Notifications are off in this browser.', ''],
  other: ['Notifications in this browser go to somebody else.', 'If you turn them on, they will come to you instead.'],
  on: ['Notifications are on in this browser.', 'Send yourself a check once a week.'],
  checked: ['A check is on its way to all of your browsers.', 'If it does not show within a minute, look at the system’s notification settings.'],
  broken: ['Notifications could not be set up.', 'Try again. If it stays so, tell those who run the desk.'],
}

function show(state) {
  box.dataset.state = state
  $('#pushsay').textContent = words[state][0]
  $('#pushdo').textContent = words[state][1]
  on.hidden = !['off', 'other', 'broken'].includes(state)
  off.hidden = check.hidden = !['on', 'checked'].includes(state)
}

const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))
const hex = buffer => [...new Uint8Array(buffer)].map(b => b.toString(16).padStart(2, '0')).join('')

async function ask(path, body) {
  const r = await fetch(path, body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  if (r.ok) return r.status === 204 ? null : r.json()
  const p = await r.json().catch(() => ({ title: 'That did not work.' }))
  notice(p.title, p.detail)
  throw new Error(p.code)
}

async function state() {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  const reg = await navigator.serviceWorker.getRegistration('/')
  const sub = await reg?.pushManager.getSubscription()
  if (!sub) return 'off'
  const { mine } = await ask('/push/key')
  return mine.includes(hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sub.endpoint)))) ? 'on' : 'other'
}

async function turnOn() {
  notice('')
  if (await Notification.requestPermission() !== 'granted') return show(Notification.permission === 'denied' ? 'denied' : 'off')
  await navigator.serviceWorker.register(worker('/sw.js'), { scope: '/' })
  const reg = await navigator.serviceWorker.ready
  const { key } = await ask('/push/key')
  let sub = await reg.pushManager.getSubscription()
  if (sub && hex(sub.options.applicationServerKey) !== hex(bytes(key).buffer)) { // the broker has a new key: the old subscription is dead
    await sub.unsubscribe()
    sub = null
  }
  sub ??= await reg.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  await ask('/push/subscribe', sub.toJSON())
  show('on')
}

async function turnOff() {
  const reg = await navigator.serviceWorker.getRegistration('/')
  const sub = await reg?.pushManager.getSubscription()
  if (sub) {
    await ask('/push/withdraw', { endpoint: sub.endpoint })
    await sub.unsubscribe()
  }
  show('off')
}

const tried = fn => async e => {
  e.currentTarget.setAttribute('aria-busy', 'true')
  const button = e.currentTarget
  try { await fn() } catch { show(await state().catch(() => 'broken') === 'on' ? 'on' : 'broken') } finally { button.removeAttribute('aria-busy') }
}
on.addEventListener('click', tried(turnOn))
off.addEventListener('click', tried(turnOff))
check.addEventListener('click', tried(async () => { await ask('/push/check', {}); show('checked') }))
state().then(show, () => show('broken'))
