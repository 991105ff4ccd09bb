package touch

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/theme"
)

// Keypad is twelve keys: the digits, erase and OK.
type Keypad struct {
	keys []*Button
	ok   *Button
}

// NewKeypad returns a keypad; id makes the id of a key from its name.
func NewKeypad(look theme.Look, id func(key string) string, tap func(id string)) *Keypad {
	k := &Keypad{}
	for _, name := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0", "ok"} {
		face := Face{Size: theme.Title}
		switch name {
		case "erase":
			face.Icon = Erase
		case "ok":
			face.Kind, face.Size = Next, theme.Strong
		}
		b := NewButton(look, id(name), face, tap)
		if face.Kind == Plain && face.Icon == NoIcon {
			b.Set(name)
		}
		if name == "ok" {
			k.ok = b
		}
		k.keys = append(k.keys, b)
	}
	return k
}

// OK changes the word on the last key, and whether it does anything.
func (k *Keypad) OK(words string, ready bool) {
	k.ok.Set(words)
	k.ok.Enable(ready)
}

// Objects returns the keys.
func (k *Keypad) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(k.keys))
	for _, b := range k.keys {
		out = append(out, b)
	}
	return out
}

// Place puts the keys. The order of digits is the same in every language.
func (k *Keypad) Place(box theme.Box) {
	for i, cell := range box.LeftToRight().Grid(3, 4, 10) {
		cell.Put(k.keys[i])
	}
}
