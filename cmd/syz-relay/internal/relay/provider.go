package relay

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the provider's signature is defined with it
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Provider is an account at a provider whose API is shaped like Twilio's.
type Provider struct {
	API        string // https://api.twilio.com
	AccountSID string
	Token      string // also the key of the provider's own signatures
	From       string // the number that messages and calls come from
	Client     *http.Client
}

// fault is an answer of the provider, as a status for the broker.
type fault struct {
	status int
	code   int // the provider's own
	after  time.Duration
}

// Error names the numbers alone.
func (f *fault) Error() string { return fmt.Sprintf("provider answered with code %d", f.code) }

const busyFor = 5 * time.Second

// deadNumbers are codes that say that a number can not be reached, ever: no number, no mobile, or its owner has said stop.
func deadNumbers() []int { return []int{21211, 21214, 21217, 21610, 21614, 13224} }

func (p Provider) message(ctx context.Context, to, body string) (string, error) {
	return p.create(ctx, "Messages", url.Values{"To": {to}, "From": {p.From}, "Body": {body}})
}

func (p Provider) call(ctx context.Context, to, words string) (string, error) {
	return p.create(ctx, "Calls", url.Values{"To": {to}, "From": {p.From}, "Url": {words}, "Method": {http.MethodPost}, "Timeout": {"25"}})
}

func (p Provider) create(ctx context.Context, what string, form url.Values) (string, error) {
	at := strings.TrimSuffix(p.API, "/") + "/2010-04-01/Accounts/" + url.PathEscape(p.AccountSID) + "/" + what + ".json"
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return "", errors.New("address of the provider is not usable")
	}
	q.SetBasicAuth(p.AccountSID, p.Token)
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := p.Client.Do(q)
	if err != nil {
		return "", &fault{status: http.StatusBadGateway}
	}
	defer a.Body.Close()
	var v struct {
		SID  string `json:"sid"`
		Code int    `json:"code"`
	}
	err = json.NewDecoder(io.LimitReader(a.Body, maxBody)).Decode(&v)
	switch {
	case a.StatusCode >= 200 && a.StatusCode < 300 && err == nil && v.SID != "":
		return v.SID, nil
	case a.StatusCode == http.StatusTooManyRequests:
		return "", &fault{status: http.StatusServiceUnavailable, code: v.Code, after: busyFor}
	case slices.Contains(deadNumbers(), v.Code):
		return "", &fault{status: http.StatusGone, code: v.Code}
	case a.StatusCode >= 400 && a.StatusCode < 500:
		return "", &fault{status: http.StatusBadRequest, code: v.Code}
	default:
		return "", &fault{status: http.StatusBadGateway, code: v.Code}
	}
}

// signature is what the provider writes over a request of its own: the address, then every field by its name.
func (p Provider) signature(address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	m := hmac.New(sha1.New, []byte(p.Token))
	_, _ = io.WriteString(m, address)
	for _, name := range names {
		values := slices.Compact(slices.Sorted(slices.Values(form[name])))
		for _, v := range values {
			_, _ = io.WriteString(m, name+v)
		}
	}
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}

// equal compares without telling how much of it was right.
func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
