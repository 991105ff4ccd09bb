package desk_test

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// link is a wire between browser and desk that a test can cut.
type link struct {
	net.Listener
	deaf atomic.Bool
	mu   sync.Mutex
	all  []net.Conn
}

func (l *link) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		c = &cable{c, l}
		l.mu.Lock()
		l.all = append(l.all, c)
		l.mu.Unlock()
	}
	return c, err
}

// cable swallows what is sent over it while its link is deaf: to both ends it looks whole.
type cable struct {
	net.Conn
	l *link
}

func (w *cable) Write(b []byte) (int, error) {
	if w.l.deaf.Load() {
		return len(b), nil
	}
	return w.Conn.Write(b)
}

func (l *link) cut() {
	_ = l.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.all {
		_ = c.Close()
	}
}

// wired serves the desk over a link that a test can harm.
func (r *rig) wired(address string) *link {
	r.t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	l, s := &link{Listener: ln}, r.desk.Server()
	go func() { _ = s.Serve(l) }()
	r.t.Cleanup(func() { _ = s.Close() })
	r.url = "http://" + ln.Addr().String()
	return l
}

// cutOff is what a page says at most six seconds after it has lost the desk.
const cutOff = `!document.querySelector('#banner').hidden && document.body.classList.contains('cut')`

const atMost = 6 * time.Second

func TestBrowserSaysWhenItIsCutOffAndCatchesUp(t *testing.T) {
	r, b := newRig(t), newTab(t)
	l := r.wired("127.0.0.1:0")
	b.signIn(r, "sheriff")
	cut := time.Now()
	l.cut()
	for range 5 {
		r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	}
	b.until("the banner", cutOff)
	if took := time.Since(cut); took > atMost {
		t.Errorf("the banner took %v", took)
	}
	b.shot("cut-off")
	if got := b.text(`document.querySelectorAll('#open .card').length + document.querySelector('.nothing').innerText`); !strings.HasPrefix(got, "0Somebody may be waiting") {
		t.Errorf("cut off, the page says %s", got)
	}
	r.wired(l.Addr().String())
	back := time.Now()
	b.until("all five after the link is back", `document.querySelectorAll('#open .card.s-new').length === 5 && document.querySelector('#banner').hidden`)
	t.Logf("caught up after %v", time.Since(back).Round(10*time.Millisecond))
}

func TestBrowserNoticesALinkThatOnlyLooksWhole(t *testing.T) {
	r, b := newRig(t), newTab(t)
	l := r.wired("127.0.0.1:0")
	b.signIn(r, "sheriff")
	deaf := time.Now()
	l.deaf.Store(true)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.until("the banner", cutOff)
	if took := time.Since(deaf); took > atMost {
		t.Errorf("the banner took %v", took)
	}
	l.deaf.Store(false)
	b.until("the call after the link works again", `document.querySelector('#open .card.s-new') && document.querySelector('#banner').hidden`)
}
