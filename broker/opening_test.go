package broker_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
)

// get asks the desk's port, as a browser or as a program.
func get(t *testing.T, addr, accept string) (status int, again, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/desk", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	r.Close = true
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Errorf("the desk's port is closed: %v", err)
		return 0, "", ""
	}
	defer func() { _ = a.Body.Close() }()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Error(err)
	}
	return a.StatusCode, a.Header.Get("Retry-After"), string(b)
}

// Who looks at the desk while the ledger is read is told to wait and what to do meanwhile, and so is systemd, which else would end the start.
func TestAStartThatIsNotDoneSaysSo(t *testing.T) {
	b := brokertest.Start(t)
	press(t, b, "c-1")
	var said []string
	b.Options.Starting = func(what string, atMost time.Duration) {
		said = append(said, what)
		if atMost < time.Minute {
			t.Errorf("%s: only %v are asked for", what, atMost)
		}
		if !strings.Contains(what, "records are read") {
			return
		}
		status, again, body := get(t, b.Addrs.Desk, "text/html")
		if status != http.StatusServiceUnavailable || again == "" || !strings.Contains(body, "reach you by phone") || !strings.Contains(body, what) {
			t.Errorf("a browser is told %d, retry %q: %s", status, again, body)
		}
		status, again, body = get(t, b.Addrs.Desk, "application/json")
		if status != http.StatusServiceUnavailable || again == "" || !strings.Contains(body, `"code":"starting"`) {
			t.Errorf("a program is told %d, retry %q: %s", status, again, body)
		}
	}
	b.Restart()
	if len(said) < 2 || !strings.Contains(said[len(said)-1], "records are read") {
		t.Errorf("the start said %q", said)
	}
	if status, _, body := get(t, b.Addrs.Desk, "text/html"); status == http.StatusServiceUnavailable || strings.Contains(body, "starting") {
		t.Errorf("the broker is up, and the desk says %d: %s", status, body)
	}
}
