package notify_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
)

var press = notify.Notice{
	ID: "n-canary", Kind: notify.Activation, Mode: activation.Actual, Case: "0190-canary-case", Code: "7F-21", Zone: "canary-zone-id",
	ZoneName: "Compton Library", Rung: 7777, At: time.Unix(1_700_000_000, 0), Link: "https://desk.example.org/a/canary",
}

func TestWordsNameTheCodeAndTheZone(t *testing.T) {
	got := notify.Words(press)
	want := notify.Text{Subject: "Safe Youth Zone activation 7F-21", Body: "Compton Library. Please answer now."}
	if got != want {
		t.Errorf("words are %+v, want %+v", got, want)
	}
	if one := got.One(); one != "Safe Youth Zone activation 7F-21. Compton Library. Please answer now." {
		t.Errorf("in one line: %q", one)
	}
}

func TestWordsCarryNothingElse(t *testing.T) {
	for _, k := range notify.Kinds() {
		for _, m := range []activation.Mode{activation.Actual, activation.Drill, activation.Test} {
			n := press
			n.Kind, n.Mode = k, m
			if one := notify.Words(n).One(); strings.Contains(one, "canary") || strings.Contains(one, "7777") || strings.Contains(one, "2023") {
				t.Errorf("%s %s says more than code and zone: %q", m, k, one)
			}
		}
	}
}

func TestAnExerciseSaysSoFirstAndLast(t *testing.T) {
	for mode, mark := range map[activation.Mode]string{activation.Drill: "drill", activation.Test: "test"} {
		for _, k := range notify.Kinds() {
			n := press
			n.Kind, n.Mode = k, mode
			got := notify.Words(n)
			if !strings.HasPrefix(got.Subject, strings.ToUpper(mark)+": ") || !strings.Contains(got.Body, "This is a "+mark) || strings.Contains(got.Subject, "activation") {
				t.Errorf("%s %s is not marked: %+v", mode, k, got)
			}
		}
	}
}

func TestKindsCanBeToldApart(t *testing.T) {
	seen := map[string]notify.Kind{}
	for _, k := range notify.Kinds() {
		n := press
		n.Kind = k
		s := notify.Words(n).Subject
		if o, ok := seen[s]; ok {
			t.Errorf("%s and %s both say %q", k, o, s)
		}
		seen[s] = k
	}
}

func TestAZoneNameCannotBreakOutOfItsLine(t *testing.T) {
	n := press
	n.ZoneName = "Compton\r\nBcc: all@example.org\x00\u202e Library" + strings.Repeat("x", 500)
	got := notify.Words(n)
	if strings.ContainsAny(got.One(), "\r\n\x00\u202e") || len([]rune(got.Body)) > 150 {
		t.Errorf("the name came through as it was: %q", got.Body)
	}
}

func TestErrorsTellWhenToTryAgain(t *testing.T) {
	cause := errors.New("busy")
	err := fmt.Errorf("cannot send: %w", notify.Later(time.Minute, cause))
	if d, ok := notify.RetryAfter(err); !ok || d != time.Minute || !errors.Is(err, cause) || err.Error() != "cannot send: busy" {
		t.Errorf("%v: %v %v", err, d, ok)
	}
	if _, ok := notify.RetryAfter(cause); ok {
		t.Error("an ordinary error names a time")
	}
}

func TestAddressesStayOutOfLogs(t *testing.T) {
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("sent", slog.Any("to", notify.Address{Person: "p-1", Agency: "dcfs", To: "someone@example.org"}))
	if s := log.String(); strings.Contains(s, "someone") || !strings.Contains(s, "p-1") {
		t.Errorf("the log says %s", s)
	}
}
