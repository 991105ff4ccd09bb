package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTheWitnessRaisesItsOwnAlarmAndTellsTheRestoral(t *testing.T) {
	var down atomic.Bool
	broker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() || r.Method != http.MethodPost || r.URL.Path != "/witness" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, `{"ok":true,"took_ms":7}`)
	}))
	defer broker.Close()
	heard := make(chan string, 8)
	pager := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		heard <- b.String()
	}))
	defer pager.Close()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"watch", "--once", "--url", broker.URL}, nil, &out, &errs); code != exitDone || !strings.Contains(out.String(), "7 ms") {
		t.Fatalf("exit %d: %s%s", code, &out, &errs)
	}
	down.Store(true)
	if code := run(t.Context(), []string{"watch", "--once", "--url", broker.URL}, nil, &out, &errs); code != exitFailed {
		t.Fatalf("a silent broker: exit %d", code)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	var o, e bytes.Buffer
	go func() {
		done <- run(ctx, []string{"watch", "--url", broker.URL, "--every", "1s", "--after", "2", "--webhook", pager.URL}, nil, &o, &e)
	}()
	await := func(want string) {
		t.Helper()
		select {
		case got := <-heard:
			if !strings.Contains(got, want) {
				t.Errorf("heard %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no %s", want)
		}
	}
	await(`"alarm"`)
	down.Store(false)
	await(`"restored"`)
	cancel()
	if code := <-done; code != exitDone {
		t.Errorf("exit %d", code)
	}
}
