// A secret that the server shows once: a button copies it, and a reload asks for the page instead of sending the form again, which would
// make a second one.
import { $, announce } from './dom.js'

export function start() {
  const field = $('#once'), button = $('#copyonce')
  if (!field) return
  history.replaceState(null, '', field.dataset.here)
  field.addEventListener('focus', () => field.select())
  if (!navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    const done = await navigator.clipboard.writeText(field.value).then(() => true, () => false)
    if (!done) return field.focus() // selected, for Ctrl+C
    $('span', button).textContent = 'Copied'
    announce('Copied')
  })
}
