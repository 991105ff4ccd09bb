package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// event is one server-sent event.
type event struct{ id, name, data string }

// reader reads events from a stream until the test ends.
type reader struct {
	t   testing.TB
	buf *bufio.Reader
	res *http.Response
}

func (p *person) follow(path string, header ...string) *reader {
	p.r.t.Helper()
	ctx, cancel := context.WithTimeout(p.r.t.Context(), 10*time.Second)
	p.r.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.r.url+path, nil)
	if err != nil {
		p.r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := p.Do(req)
	if err != nil {
		p.r.t.Fatal(err)
	}
	p.r.t.Cleanup(func() { _ = res.Body.Close() })
	if res.Header.Get("Content-Type") != "text/event-stream" {
		p.r.t.Fatalf("the stream answered %s", res.Status)
	}
	return &reader{t: p.r.t, buf: bufio.NewReader(res.Body), res: res}
}

// next returns the next event that is not a heartbeat, and not the word that nobody else looks or that there is no banner, with which
// every stream begins.
func (r *reader) next() event {
	r.t.Helper()
	for {
		var e event
		for {
			line, err := r.buf.ReadString('\n')
			if err != nil {
				r.t.Fatalf("the stream ended: %v", err)
			}
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			switch key {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			}
			if line == "\n" {
				break
			}
		}
		if nothing := e.name == "looking" && e.data == "{}" || e.name == "banners" && e.data == `""`; e.name != "" && e.name != "beat" && !nothing {
			return e
		}
	}
}

func TestStreamReplaysWhatWasMissed(t *testing.T) {
	for _, proto := range []int{1, 2} {
		t.Run("http"+strconv.Itoa(proto), func(t *testing.T) {
			r := newRig(t)
			if proto == 2 {
				s := httptest.NewUnstartedServer(r.desk)
				s.EnableHTTP2 = true
				s.StartTLS()
				t.Cleanup(s.Close)
				r.url = s.URL
				defer swapTransport(s.Client().Transport)()
			}
			p := r.person("sheriff")
			first := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
			stream := p.follow("/events?after=0")
			if got := stream.res.ProtoMajor; got != proto {
				t.Fatalf("the stream speaks HTTP %d", got)
			}
			e := stream.next()
			if e.id != "1" || e.name != "card" || !strings.Contains(e.data, first) || !strings.Contains(e.data, "Compton Library") {
				t.Errorf("got %v", e)
			}
			r.county.Book.Device(first, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Hurt})
			if e = stream.next(); e.id != "2" {
				t.Errorf("got %v", e)
			}
			_ = stream.res.Body.Close()

			second := r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
			r.county.Book.Device(first, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.WaterFood})
			stream = p.follow("/events?after=0", "Last-Event-ID", "2")
			if e = stream.next(); e.id != "3" || !strings.Contains(e.data, second) {
				t.Errorf("got %v", e)
			}
			if e = stream.next(); e.id != "4" || !strings.Contains(e.data, first) {
				t.Errorf("got %v", e)
			}
		})
	}
}

// swapTransport lets new persons speak through tr.
func swapTransport(tr http.RoundTripper) func() {
	old := http.DefaultTransport
	http.DefaultTransport = tr
	return func() { http.DefaultTransport = old }
}

func TestPageThatKnowsMoreThanTheLedgerIsReset(t *testing.T) {
	r := newRig(t)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	if e := r.person("sheriff").follow("/events?after=99").next(); e.name != "reset" {
		t.Errorf("got %v", e)
	}
	if code, _ := r.person("sheriff").get("/events?after=x"); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong id was answered %d", code)
	}
}

func TestProgramsHearEveryEntryOnce(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.APIToken = "token" })
	sheriff := r.person("sheriff")
	a := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b := r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	sheriff.post("/desk/"+a+"/coming", "eta_min", "7")
	r.county.Book.Device(b, "fs41-01", activation.Actual, activation.Event{Type: activation.Left})
	stream := r.person("").follow("/api/v1/events?after=0", "Authorization", "Bearer token", "X-Syz-Agency", "dcfs")
	var got []string
	for range 4 {
		e := stream.next()
		var doc struct {
			Rev   uint64
			Event activation.Event
		}
		if err := json.Unmarshal([]byte(e.data), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Event.Code != "" {
			t.Errorf("another agency hears the code")
		}
		if strconv.FormatUint(doc.Rev, 10) != e.id {
			t.Errorf("id %s carries rev %d", e.id, doc.Rev)
		}
		got = append(got, e.id+" "+string(doc.Event.Type))
	}
	if want := "1 raised, 2 raised, 3 coming, 4 left"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
}

// slow is a reader that takes nothing: each write waits until its deadline.
type slow struct {
	*httptest.ResponseRecorder
	mu    sync.Mutex
	until time.Time
	wrote int
}

func (s *slow) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = t
	return nil
}

func (s *slow) Write([]byte) (int, error) {
	s.mu.Lock()
	until := s.until
	s.wrote++
	s.mu.Unlock()
	if until.IsZero() {
		return 0, errors.New("no deadline was set")
	}
	time.Sleep(time.Until(until))
	return 0, os.ErrDeadlineExceeded
}

func TestSlowReaderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := quietDesk(t, nil)
		cookie, _ := open(d, secretOf(t, d))
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		req.AddCookie(cookie)
		began, w := time.Now(), &slow{ResponseRecorder: httptest.NewRecorder()}
		d.ServeHTTP(w, req)
		if took := time.Since(began); took != 5*time.Second || w.wrote != 1 {
			t.Errorf("cut off after %v and %d writes", took, w.wrote)
		}
	})
}

func TestStreamEndsWithTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := quietDesk(t, nil)
		cookie, _ := open(d, secretOf(t, d))
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		req.AddCookie(cookie)
		began, w := time.Now(), httptest.NewRecorder()
		d.ServeHTTP(w, req)
		if took := time.Since(began); took < 12*time.Hour || took > 12*time.Hour+2*time.Second {
			t.Errorf("the stream ended after %v", took)
		}
		text := w.Body.String()
		if !strings.HasSuffix(text, "event: signed-out\ndata: {}\n\n") {
			t.Error("the page was not told why")
		}
		if beats := strings.Count(text, "event: beat"); beats != 12*60*30 {
			t.Errorf("%d heartbeats in twelve hours", beats)
		}
	})
}

func TestStreamEndsWithTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		county := desktest.NewCounty(time.Now)
		d, err := desk.New(county.Options())
		if err != nil {
			t.Fatal(err)
		}
		cookie, _ := open(d, secretOf(t, d))
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		req.AddCookie(cookie)
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.ServeHTTP(httptest.NewRecorder(), req)
		}()
		synctest.Wait()
		d.Close()
		d.Close()
		<-done
	})
}
