package broker_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
)

// TestTheDeskSpeaksHTTP2: without it a browser with seven tabs hears nothing in the seventh. The desk's own tests show eight in a browser.
func TestTheDeskSpeaksHTTP2(t *testing.T) {
	b := brokertest.Start(t, func(o *broker.Options) { o.Dev = false })
	own := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // whose certificate it is says another test
	for _, c := range []struct {
		force bool
		proto string
	}{{true, "HTTP/2.0"}, {false, "HTTP/1.1"}} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+b.Addrs.Desk+"/sign-in", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		tr := &http.Transport{TLSClientConfig: own.Clone(), ForceAttemptHTTP2: c.force}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.Proto != c.proto || res.TLS.Version != tls.VersionTLS13 {
			t.Errorf("it speaks %s over TLS %x, want %s", res.Proto, res.TLS.Version, c.proto)
		}
	}
}
