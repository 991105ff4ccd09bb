package touch

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"safeyouthzone/kiosk/internal/theme"
)

// Icon is one of the kiosk's own drawings, as the inside of an SVG with a 24x24 view.
type Icon string

// The icons. They are strokes without a colour of their own; House is filled.
const (
	NoIcon    Icon = ""
	Cross     Icon = `<path d="M6 6L18 18M18 6L6 18"/>`
	Tick      Icon = `<path d="M5 12.5L9.5 17L19 7.5"/>`
	Plus      Icon = `<path d="M12 5L12 19M5 12L19 12"/>`
	Eye       Icon = `<path d="M2 12C4 7.6 7.6 5 12 5C16.4 5 20 7.6 22 12C20 16.4 16.4 19 12 19C7.6 19 4 16.4 2 12Z"/><circle cx="12" cy="12" r="3"/>`
	Doorway   Icon = `<path d="M5 21L5 4L16 4L16 21M3 21L21 21M12.4 12.5L12.6 12.5"/>`
	Drop      Icon = `<path d="M12 3C12 3 18 9.4 18 14C18 17.3 15.3 20 12 20C8.7 20 6 17.3 6 14C6 9.4 12 3 12 3Z"/>`
	Coat      Icon = `<path d="M8 4L4 7L2.5 12.5L6 13.5L6 20L18 20L18 13.5L21.5 12.5L20 7L16 4C15 6 13.8 7 12 7C10.2 7 9 6 8 4Z"/>`
	Restroom  Icon = `<circle cx="7" cy="5" r="2"/><path d="M7 9L7 20M4 9.5L10 9.5L10 14M4 9.5L4 14"/><circle cx="17" cy="5" r="2"/><path d="M17 9L14 15.5L20 15.5ZM17 15.5L17 20"/>`
	Phone     Icon = `<path d="M6 3L9 3L11 8L8.5 9.5C9.6 12.2 11.8 14.4 14.5 15.5L16 13L21 15L21 18C21 19.7 19.7 21 18 21C9.7 20.5 3.5 14.3 3 6C3 4.3 4.3 3 6 3Z"/>`
	Speech    Icon = `<path d="M4 5L20 5L20 16L11 16L6.5 20L6.5 16L4 16ZM8 9L16 9M8 12L13 12"/>`
	Globe     Icon = `<circle cx="12" cy="12" r="9"/><path d="M3 12L21 12M12 3C9.6 5.6 8.5 8.6 8.5 12C8.5 15.4 9.6 18.4 12 21C14.4 18.4 15.5 15.4 15.5 12C15.5 8.6 14.4 5.6 12 3Z"/>`
	Erase     Icon = `<path d="M8.5 5.5L21 5.5L21 18.5L8.5 18.5L2.5 12ZM11.5 9L17 15M17 9L11.5 15"/>`
	Back      Icon = `<path d="M14.5 5.5L8 12L14.5 18.5"/>`
	Forth     Icon = `<path d="M9.5 5.5L16 12L9.5 18.5"/>`
	Attention Icon = `<path d="M12 4L21.5 20L2.5 20ZM12 10L12 14.5M12 17L12 17.2"/>`
	Ears      Icon = `<path d="M4 17L4 12C4 7.6 7.6 4 12 4C16.4 4 20 7.6 20 12L20 17"/><path d="M4 14.5L7.5 14.5L7.5 20L5.5 20C4.7 20 4 19.3 4 18.5ZM20 14.5L16.5 14.5L16.5 20L18.5 20C19.3 20 20 19.3 20 18.5Z"/>`
	Quieter   Icon = `<path d="M3 9.5L3 14.5L6.5 14.5L11 18.5L11 5.5L6.5 9.5ZM15 12L21 12"/>`
	Louder    Icon = `<path d="M3 9.5L3 14.5L6.5 14.5L11 18.5L11 5.5L6.5 9.5ZM15 12L21 12M18 9L18 15"/>`
	House     Icon = `house`
)

// mirrored is the drawing for a page that is read from the right: what points the way points the other way.
func (i Icon) mirrored() Icon {
	switch i {
	case Back:
		return Forth
	case Forth:
		return Back
	}
	return i
}

const (
	svgHead = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`
	house   = `<path fill="%s" d="M12 3.2L3 10.2L3 20.5L21 20.5L21 10.2Z"/>` +
		`<path fill="%s" d="M12 18C12 18 7.4 15.1 7.4 12C7.4 10.6 8.5 9.5 9.8 9.5C10.8 9.5 11.6 10 12 10.8C12.4 10 13.2 9.5 14.2 9.5C15.5 9.5 16.6 10.6 16.6 12C16.6 15.1 12 18 12 18Z"/>`
)

// NewIcon returns a drawing in the colour of a role, with strokes of the given width.
func NewIcon(look theme.Look, icon Icon, role theme.Role, stroke float32) *canvas.Image {
	img := canvas.NewImageFromResource(drawing(look, icon, role, stroke))
	img.FillMode = canvas.ImageFillContain
	return img
}

// drawing makes the SVG. Strokes are scaled here, because Fyne's renderer scales paths but not their strokes. Its name carries everything that it depends on, because Fyne caches pictures by name.
func drawing(look theme.Look, icon Icon, role theme.Role, stroke float32) fyne.Resource {
	ink := hex(look, role)
	stroke = look.Px(stroke)
	body := fmt.Sprintf(`<g fill="none" stroke="%s" stroke-width="%.1f" stroke-linecap="round" stroke-linejoin="round">%s</g>`, ink, stroke, icon)
	if icon == House {
		body = fmt.Sprintf(house, ink, hex(look, theme.Sun))
	}
	name := fmt.Sprintf("%x-%s-%.1f.svg", hash(string(icon)), ink[1:], stroke)
	return fyne.NewStaticResource(name, []byte(svgHead+body+`</svg>`))
}

func hex(look theme.Look, role theme.Role) string {
	c := look.Color(role)
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// hash is FNV-1a.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for _, b := range []byte(s) {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}
