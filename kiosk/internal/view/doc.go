// Package view turns the state of the kiosk into what each page says: strings and flags, and nothing to draw with.
//
// One file and one model per page. It is pure and table-tested: which words follow from which state is decided here, so that the
// screens only put them in their places. It shows what the agent says and nothing more.
package view
