package outgoing_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

var loopback = outgoing.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

func get(t *testing.T, c *http.Client, url string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = outgoing.Do(c, r)
	return err
}

func TestNobodyMakesUsCallInside(t *testing.T) {
	called := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer s.Close()
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	c := outgoing.Client(outgoing.Policy{}, nil)
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]",
		"[fe80::1]", "[64:ff9b::7f00:1]", "224.0.0.1", "2130706433", "0x7f.1",
	} {
		err := get(t, c, "http://"+host+port+"/secret-path")
		if err == nil || strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%s: %v", host, err)
		}
		if !errors.Is(err, notify.ErrRefused) && host != "2130706433" && host != "0x7f.1" { // those two are no names for Go
			t.Errorf("%s is to be tried again: %v", host, err)
		}
	}
	if called {
		t.Error("the server was called")
	}
	if err := get(t, outgoing.Client(loopback, nil), s.URL); err != nil || !called {
		t.Errorf("an address that the operator allowed: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer inner.Close()
	s := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	if err := get(t, outgoing.Client(loopback, nil), s.URL); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestWhatAStatusMeans(t *testing.T) {
	for code, want := range map[int]error{
		200: nil, 202: nil, 301: notify.ErrRefused, 400: notify.ErrRefused, 401: notify.ErrRefused, 403: notify.ErrRefused, 404: notify.ErrRefused,
		410: notify.ErrGone, 413: notify.ErrRefused,
	} {
		if err := outgoing.Status(code, http.Header{}); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", code, err, want)
		}
	}
	for _, code := range []int{408, 425, 429, 500, 502, 503} {
		err := outgoing.Status(code, http.Header{"Retry-After": {"30"}})
		if d, ok := notify.RetryAfter(err); !ok || d != 30*time.Second || errors.Is(err, notify.ErrRefused) || errors.Is(err, notify.ErrGone) {
			t.Errorf("%d: %v %v", code, err, d)
		}
		if err := outgoing.Status(code, http.Header{"Retry-After": {"soon"}}); err == nil {
			t.Errorf("%d is fine", code)
		}
	}
}

func TestSlownessEndsWithTheTimeLimit(t *testing.T) {
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	defer s.Close()
	defer close(done)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := outgoing.Do(outgoing.Client(loopback, nil), r); !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
