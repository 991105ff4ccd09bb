// Package screen draws the pages: Fyne only, one file per page. A page is built once for a language and a look and then patched.
//
// A page asks the view package what to say and puts it in its place; it decides nothing. When a model has not changed, nothing is
// drawn: a resting kiosk repaints once a minute. Everything here runs on the UI goroutine.
package screen
