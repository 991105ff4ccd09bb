// Package touch holds the kiosk's own widgets: words that wrap, buttons that sink, step dots, cards and icons.
//
// They draw with canvas primitives only and take their measures and colours from a theme.Look; nothing here looks like stock Fyne.
// A widget is built once and then patched: every setter compares first, so that a page which did not change costs no drawing.
// A tap is reported by the stable id of the button, at the moment the finger lifts.
package touch
