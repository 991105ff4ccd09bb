package canned

import (
	"fmt"

	"fyne.io/fyne/v2"
)

// Sizes lists the windows that pages are made for.
func Sizes() []string {
	return []string{"800x480", "1024x600", "1280x800", "1920x1080", "480x800", "600x1024", "800x1280", "1080x1920"}
}

// SizeOf reads a size of [Sizes].
func SizeOf(name string) fyne.Size {
	var w, h float32
	if _, err := fmt.Sscanf(name, "%gx%g", &w, &h); err != nil {
		return fyne.NewSize(800, 480)
	}
	return fyne.NewSize(w, h)
}
