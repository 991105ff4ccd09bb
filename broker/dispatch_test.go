package broker_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"safeyouthzone/broker/brokertest"
)

// fromDevices is how many entries of the ledger a device sent; the others tell how people were looked for.
func fromDevices(t *testing.T, b *brokertest.Broker) int {
	t.Helper()
	if p := verified(t, b); !p.OK() {
		t.Errorf("the ledger is not whole: %+v", p)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://broker/v1/entries", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := socket(b).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if bytes.Contains(lines.Bytes(), []byte(`"origin"`)) {
			n++
		}
	}
	return n
}
