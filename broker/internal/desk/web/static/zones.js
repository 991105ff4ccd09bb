// A list of zones: a box that narrows it by what people call a zone, and how many are ticked, also of those that do not show.
import { $, all } from './dom.js'

const fold = s => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export function start() {
  for (const field of all('.zonepick')) {
    const tools = $('.zonefind', field), box = $('[type=search]', tools), alone = $('[type=checkbox]', tools), say = $('[role=status]', tools)
    const rows = [...all('.zonelist .tick', field)].map(row => ({ row, tick: $('input', row), words: fold(row.textContent) }))
    const show = () => {
      const want = fold(box.value).split(/\s+/)
      let shown = 0
      for (const r of rows) {
        r.row.hidden = alone.checked && !r.tick.checked || !want.every(w => r.words.includes(w))
        if (!r.row.hidden) shown++
      }
      const ticked = rows.filter(r => r.tick.checked).length
      say.textContent = `${shown} of ${rows.length} zones show, ${ticked} chosen`
    }
    box.addEventListener('input', show)
    field.addEventListener('change', show)
    tools.hidden = false
    show()
  }
}
