package broker_test

import (
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// TestASupervisorChangesTheCountysDocumentsByForms does what a supervisor does who has never seen JSON: adds a station, is told at the field
// what is wrong with it, reads what would change, and puts it in force; retires an entry of a code list; changes when a duty is due.
func TestASupervisorChangesTheCountysDocumentsByForms(t *testing.T) {
	b := brokertest.Start(t)
	w := walker{desklook.Open(t, 4*time.Minute), t, b}
	w.signIn("desk", desk.Supervisor)

	w.open("/documents/stations")
	lookAt(t, w.Browser, "documents-stations")
	n := w.ask(`document.querySelector('[name="rows.station"]').value`)
	w.must("/documents/stations/preview", nil, nil, "add station")
	row := func(name string) string { return "station." + n + "." + name }
	today := time.Now().Format(time.DateOnly)
	w.refused("", row("name"), "/documents/stations/preview", nil, typed{
		row("agency"): "LAPD", row("from"): today, row("zones"): []string{"compton"},
	}, "preview")
	w.must("/documents/stations/preview", nil, typed{row("name"): "Harbor"}, "preview")
	w.shows("What would change", "Added: Harbor", "Compton Library")
	lookAt(t, w.Browser, "documents-stations-preview")
	w.must("/documents/stations", nil, nil)
	w.shows("Harbor, LAPD")

	w.open("/documents/lists")
	field := w.ask(`[...document.querySelectorAll('[name$=".retired"]')][0].name`)
	w.must("/documents/lists/preview", nil, typed{field: []string{"yes"}}, "preview")
	w.shows("No longer offered")
	lookAt(t, w.Browser, "documents-lists-preview")
	w.must("/documents/lists", nil, nil)
	w.shows("(retired)")

	w.open("/documents/template")
	lookAt(t, w.Browser, "documents-template")
	title := w.ask(`[...document.querySelectorAll('[name$=".title"]')].find(e => /^dut/.test(e.name)).name`)
	w.must("/documents/template/preview", nil, typed{title: "A duty by another name"}, "preview")
	w.shows("A duty by another name")
	w.open("/documents/template") // what was entered is still there, and can be thrown away
	if got := w.ask(`document.querySelector('[name="` + title + `"]').value`); got != "A duty by another name" {
		t.Errorf("of what was entered the page kept %q", got)
	}
	w.must("/documents/template/preview", nil, nil, "discard")
	if got := w.ask(`document.querySelector('[name="` + title + `"]').value`); got == "A duty by another name" {
		t.Error("what was thrown away is still there")
	}
	w.open("/protocol")
	if text := w.ask(`document.querySelector('main').innerText`); strings.Contains(text, "by another name") {
		t.Error("what was never put in force is in force")
	}
}
