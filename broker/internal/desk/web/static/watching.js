// Whether somebody is at this desk: the page is visible, and was used within the last half hour. A desk that nobody watches does not
// count as told, so this must never say yes by itself.
import { selected } from './cards.js'

const USED = 30 * 60 * 1000

export function start() {
  if (!('rings' in document.body.dataset)) return
  let used = Date.now()
  for (const e of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) addEventListener(e, () => { used = Date.now() }, { passive: true })
  const say = () => {
    if (document.body.dataset.locked !== undefined || document.visibilityState !== 'visible' || Date.now() - used > USED) return
    const id = document.body.dataset.page === 'desk' ? selected() : ''
    fetch('/desk/watching' + (id ? '?case=' + encodeURIComponent(id) : ''), { method: 'POST', signal: AbortSignal.timeout(3000) }).catch(() => null)
  }
  setInterval(say, 4000)
  document.addEventListener('visibilitychange', say)
  say()
}
