package agentapi_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/devicetest"
)

func TestEachCallReachesTheAgent(t *testing.T) {
	a, c := devicetest.Start(t)
	ctx := t.Context()
	raised, err := c.RaiseAs(ctx, "token-staff", agentapi.Raise{Trigger: activation.ByStaff, Mode: activation.Drill})
	if err != nil || raised.ID == "" || raised.Again {
		t.Fatalf("raise: %v %+v", err, raised)
	}
	if again, err := c.Raise(ctx, agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Drill}); err != nil || !again.Again {
		t.Fatalf("second raise: %v %+v", err, again)
	}
	calls := []func() error{
		func() error { return c.Need(ctx, raised.ID, activation.Hurt) },
		func() error { return c.Intake(ctx, "token-staff", raised.ID, []activation.Need{activation.Hurt}) },
		func() error {
			return c.Report(ctx, "token-staff", raised.ID, agentapi.ReportRequest{Called: activation.Hotline})
		},
		func() error { return c.Left(ctx, "token-staff", raised.ID) },
		func() error { return c.Cancel(ctx, "token-staff", raised.ID) },
		func() error { return c.Verify(ctx, "token-staff", raised.ID, "1234") },
		func() error { return c.HandOver(ctx, "token-staff", raised.ID) },
		func() error { return c.SimButton(ctx, 200*time.Millisecond) },
		func() error { _, err := c.SelfTest(ctx); return err },
		func() error {
			s, err := c.StartWalkTest(ctx, "token-it")
			if err == nil && s.WalkTest.Stage != agentapi.WalkPress {
				t.Errorf("the walk test is %+v", s.WalkTest)
			}
			return err
		},
		func() error { _, err := c.StopWalkTest(ctx, "token-it"); return err },
		func() error { return c.Screen(ctx, []string{agentapi.ScreenVoice}) },
	}
	for i, call := range calls {
		if err := call(); err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	want := "raise raise needs intake report left cancel verify handover button selftest walktest walkstop screen"
	var got []string
	for _, call := range a.Calls() {
		got = append(got, call.Verb)
	}
	if strings.Join(got, " ") != want {
		t.Errorf("the agent heard %q, want %q", got, want)
	}
	if v := a.Calls()[7].Action.Code; v != "1234" {
		t.Errorf("the code arrived as %q", v)
	}
}

func TestAProblemKeepsItsCode(t *testing.T) {
	a, c := devicetest.Start(t)
	locked := agentapi.NewProblem(agentapi.PINLocked)
	locked.RetryMS = 30_000
	a.Fail("pin", locked)
	_, err := c.PIN(t.Context(), "1")
	var p *agentapi.Problem
	if !errors.As(err, &p) || p.Code != agentapi.PINLocked || p.RetryMS != 30_000 || p.Status != http.StatusTooManyRequests {
		t.Fatalf("got %+v", err)
	}
	a.Fail("raise", errors.New("secret inner words"))
	_, err = c.Raise(t.Context(), agentapi.Raise{})
	if !errors.As(err, &p) || p.Code != agentapi.Internal || strings.Contains(p.Title, "secret") {
		t.Fatalf("an inner error leaked or lost its code: %+v", err)
	}
	if err := c.Left(t.Context(), "", "a-1"); !errors.As(err, &p) || p.Code != agentapi.PINWanted {
		t.Fatalf("staff call without a token: %v", err)
	}
}

func TestWhatTheServerRefuses(t *testing.T) {
	a := devicetest.New()
	h := agentapi.NewServer(a, agentapi.Options{Screen: a})
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		code                     agentapi.Code
	}{
		{"unknown field", "POST", "/v1/activations", `{"mode":"drill","name":"x"}`, 400, agentapi.BadRequest},
		{"two documents", "POST", "/v1/activations", `{} {}`, 400, agentapi.BadRequest},
		{"not JSON", "POST", "/v1/pin", `PIN`, 400, agentapi.BadRequest},
		{"too large", "POST", "/v1/pin", `{"pin":"` + strings.Repeat("1", agentapi.MaxRequest) + `"}`, 413, agentapi.TooLarge},
		{"no such verb", "POST", "/v1/activations/a/close", `{}`, 404, agentapi.NotFound},
		{"no such route", "GET", "/v2/state", ``, 404, agentapi.NotFound},
		{"a fault that no screen has", "PUT", "/v1/screen", `{"faults":["rejected"]}`, 400, agentapi.BadRequest},
		{"nothing to test", "POST", "/v1/walktest", `{}`, 404, agentapi.NotFound},
		{"no simulated board", "POST", "/v1/sim/button", `{"hold_ms":200}`, 404, agentapi.NotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body)))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), string(tc.code)) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("content type %q", ct)
			}
		})
	}
}

// pipes is a listener of in-memory connections, for tests in a bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

// stream opens the event stream of a served agent within a bubble.
func stream(t *testing.T, ctx context.Context, a *devicetest.Agent) net.Conn {
	t.Helper()
	l := &pipes{make(chan net.Conn), make(chan struct{})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = agentapi.Serve(ctx, l, a.Handler())
	}()
	t.Cleanup(func() { <-served }) // a bubble's clock stands still once its test has ended
	c, s := net.Pipe()
	l.conns <- s
	if _, err := io.WriteString(c, "GET /v1/events HTTP/1.1\r\nHost: agent\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheStreamSpeaksAtOnceOnChangeAndEveryTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a := devicetest.New()
		c := stream(t, ctx, a)
		start := time.Now()
		heard := make(chan time.Duration, 100)
		go func() {
			defer close(heard)
			lines := bufio.NewScanner(c)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "data: ") {
					heard <- time.Since(start)
				}
			}
		}()
		if at := <-heard; at != 0 {
			t.Errorf("first state after %v", at)
		}
		if at := <-heard; at != 2*time.Second {
			t.Errorf("heartbeat after %v", at)
		}
		time.Sleep(time.Second)
		a.Set(func(s *agentapi.State) { s.Link.Up = false })
		if at := <-heard; at != 3*time.Second {
			t.Errorf("change told after %v", at)
		}
		for range 20 { // well past any time limit on a request
			<-heard
		}
		cancel()
		for range heard {
		}
		_ = c.Close()
	})
}

func TestASlowReaderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := stream(t, ctx, devicetest.New())
		time.Sleep(time.Minute) // never reads
		got, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Fatalf("the connection stands still: %v", err)
		}
		if len(got) > 0 {
			t.Errorf("read %d bytes of a connection that should be cut", len(got))
		}
		cancel()
		synctest.Wait()
	})
}

func TestEventsFollowTheState(t *testing.T) {
	a, c := devicetest.Start(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var seen int
	err := c.Events(ctx, func(s agentapi.State) {
		seen++
		if s.Link.Up {
			a.Set(func(s *agentapi.State) { s.Link.Up = false })
			return
		}
		cancel(enough)
	})
	if !errors.Is(err, enough) || seen < 2 {
		t.Fatalf("saw %d states, then %v", seen, err)
	}
}

func TestEventsEndWithTheAgent(t *testing.T) {
	socket, stop, err := devicetest.Serve(devicetest.New())
	if err != nil {
		t.Fatal(err)
	}
	c := agentapi.NewClient(socket)
	defer c.Close()
	first := true
	err = c.Events(t.Context(), func(agentapi.State) {
		if first {
			first = false
			go stop()
		}
	})
	if err == nil {
		t.Fatal("no error though the agent is gone")
	}
	if err := c.Events(t.Context(), func(agentapi.State) {}); err == nil {
		t.Fatal("no error though nobody listens")
	}
}

func TestListenReplacesOnlyADeadSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close() // as after kill -9: the file stays, nobody answers
	l, err := agentapi.Listen(path, "")
	if err != nil {
		t.Fatalf("a dead socket stopped the agent: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := agentapi.Listen(path, ""); !errors.Is(err, agentapi.ErrInUse) {
		t.Errorf("a second agent got: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket stayed behind: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := agentapi.Listen(file, ""); err == nil {
		t.Error("a plain file was replaced")
	}
}

func TestAPathThatIsTooLongForASocketIsTold(t *testing.T) {
	path := "/tmp/" + strings.Repeat("a", 99)
	if _, err := agentapi.Listen(path, ""); err == nil || !strings.Contains(err.Error(), "104 bytes") {
		t.Errorf("%v", err)
	}
}
