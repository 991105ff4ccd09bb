// Package locale holds every word of the kiosk: one catalogue file per language, embedded, with the same keys in each.
//
// The words bind the product: youth sentences have at most 12 words and none of the words that must never be seen on a public
// screen. Tests hold each catalogue to that. A catalogue carries its review state, so that a site can refuse a translation that no
// native speaker has looked at. A missing key is a failed test, and on the screen the English words: never an empty button.
package locale
