package cap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/cap"
	"safeyouthzone/broker/internal/notify/outgoing"
)

type history map[string][]activation.Event

// Events gives the events of a case.
func (h history) Events(id string) []activation.Event { return h[id] }

var press = notify.Notice{
	ID: "n-canary", Kind: notify.Activation, Mode: activation.Drill, Case: "case-canary", Code: "7F-21", Zone: "zone-canary",
	ZoneName: "Compton Library", Rung: 7777, Link: "https://canary.example.org",
}

// receiver takes what is a valid alert, and nothing else.
func receiver(t *testing.T) (url string, got *[][]byte) {
	t.Helper()
	got = new([][]byte)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		lint := exec.CommandContext(r.Context(), "xmllint", "--noout", "--nonet", "--schema", "../../../contract/cap/testdata/cap-1.2.xsd", "-")
		lint.Stdin = bytes.NewReader(b)
		if out, err := lint.CombinedOutput(); err != nil || r.Header.Get("Content-Type") != "application/cap+xml" || r.Header.Get("Authorization") != "Bearer good" {
			t.Errorf("%v %s", err, out)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		*got = append(*got, b)
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

func options(url string, h history) cap.Options {
	return cap.Options{
		URL: url, Token: "good", Sender: "desk@county.example.org", Addresses: []string{"eoc"}, History: h,
		Client: outgoing.Client(outgoing.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil),
	}
}

func TestTheChainGoesOnAfterARestart(t *testing.T) {
	url, got := receiver(t)
	h := history{}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for i, typ := range []activation.Type{activation.Raised, activation.PressedAgain, activation.Coming, activation.HandedOver} {
		h["case-canary"] = append(h["case-canary"], activation.Event{Type: typ, LedgerTime: at.Add(time.Duration(i) * time.Second)})
		c, err := cap.New(options(url, h)) // every message from a broker that has just started
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), press, notify.Address{Person: "p-canary"}); err != nil {
			t.Fatal(err)
		}
	}
	known := ""
	for i, b := range *got {
		var m struct {
			Identifier string `xml:"identifier"`
			Sent       string `xml:"sent"`
			Status     string `xml:"status"`
			References string `xml:"references"`
		}
		if err := xml.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		if m.References != known || m.Status != "Exercise" {
			t.Errorf("message %d refers to %q, want %q; status %s", i, m.References, known, m.Status)
		}
		known = strings.TrimSpace(known + " desk@county.example.org," + m.Identifier + "," + m.Sent)
		if bytes.Contains(b, []byte("canary")) || bytes.Contains(b, []byte("7777")) {
			t.Errorf("more than code and zone: %s", b)
		}
	}
	if len(*got) != 4 {
		t.Errorf("%d messages", len(*got))
	}
}

func TestWhatIsNoAlertIsRefused(t *testing.T) {
	url, _ := receiver(t)
	c, err := cap.New(options(url, history{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []notify.Notice{press, {Kind: notify.Trouble}} {
		if _, err := c.Send(t.Context(), n, notify.Address{}); !errors.Is(err, notify.ErrRefused) {
			t.Errorf("%s: %v", n.Kind, err)
		}
	}
	o := options(url, history{})
	o.Sender = "the desk"
	if _, err := cap.New(o); !errors.Is(err, cap.ErrOptions) {
		t.Errorf("%v", err)
	}
}
