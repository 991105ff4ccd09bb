package broker_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
)

// alert is what a system of the county reads of a CAP message.
type alert struct {
	Identifier string `xml:"identifier"`
	MsgType    string `xml:"msgType"`
	References string `xml:"references"`
	Headline   string `xml:"info>headline"`
}

// TestAMachineIsToldTheStoryOnce: every step in order, each referring to those before it, also when the machine was away and when the
// broker was restarted; nothing twice.
func TestAMachineIsToldTheStoryOnce(t *testing.T) {
	got := make(chan alert, 64)
	var away atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var a alert
		switch {
		case away.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case xml.Unmarshal(body, &a) != nil:
			t.Errorf("unreadable: %s", body)
		default:
			got <- a
		}
	}))
	defer s.Close()
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{{
			Name: "eoc", Kind: "cap", URL: s.URL, From: "desk@county.test", Addresses: []string{"eoc"}, Follow: true, Allow: []string{"127.0.0.0/8"},
		}}
	})
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	known := 0
	step := func(typ string) {
		t.Helper()
		select {
		case a := <-got:
			if a.MsgType != typ || len(strings.Fields(a.References)) != known || strings.Contains(a.Identifier, id) {
				t.Errorf("step %d is %+v, want %s", known, a, typ)
			}
			known++
		case <-time.After(40 * time.Second):
			t.Fatalf("step %d is not told", known)
		}
	}
	step("Alert")
	away.Store(true)
	act(t, b, "sheriff", id, "acknowledge", nil)
	act(t, b, "sheriff", id, "coming", map[string]any{"eta_min": 5})
	b.Restart()
	away.Store(false)
	step("Update")
	step("Update")
	act(t, b, "sheriff", id, "left", nil)
	step("Update")
	b.Restart()
	act(t, b, "sheriff", id, "close", map[string]any{"outcome": "left"})
	select {
	case a := <-got:
		t.Errorf("told once too often: %+v", a)
	case <-time.After(300 * time.Millisecond):
	}

	// How far it was told is kept for as long as anything can be told, and not longer.
	known = 0
	d.connect()
	other := d.raise()
	step("Alert")
	for _, at := range []struct {
		after time.Duration
		want  int
	}{{23 * time.Hour, 0}, {26 * time.Hour, 1}, {90 * 24 * time.Hour, 0}} {
		if n, err := b.ForgetTold(t.Context(), time.Now().Add(at.after)); n != at.want || err != nil {
			t.Errorf("%v later %d rows are forgotten, want %d: %v", at.after, n, at.want, err)
		}
	}
	b.Restart()
	act(t, b, "sheriff", other, "acknowledge", nil) // the open one was not forgotten, and nothing of the other is told again
	step("Update")
	select {
	case a := <-got:
		t.Errorf("told once too often: %+v", a)
	case <-time.After(300 * time.Millisecond):
	}
}
