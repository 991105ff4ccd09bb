package county

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const stopWithin = 5 * time.Second

// Process is one running program of the county.
type Process struct {
	Name string
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
}

// launch starts a program; its output goes to NAME.log in dir, and it dies with this process.
func launch(dir, name, path string, args ...string) (*Process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot keep the log of %s: %w", name, err)
	}
	cmd := exec.CommandContext(context.Background(), path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("cannot start %s: %w", name, err)
	}
	p := &Process{Name: name, cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // its exit is seen through done; its words are in the log
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends it as a power cut would, and waits.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
	_ = p.log.Close()
}

// Signal sends a signal.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Stop asks it to end, insists after a while, and waits.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopWithin):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	_ = p.log.Close()
}

// Tail is the end of its log, for error messages.
func (p *Process) Tail() string {
	const most = 2000
	b, err := os.ReadFile(p.log.Name())
	if err != nil {
		return ""
	}
	return string(b[max(0, len(b)-most):])
}

// await polls until ok, the program's end, or the end of patience.
func (p *Process) await(ctx context.Context, what string, within time.Duration, ok func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	var err error
	for {
		if err = ok(ctx); err == nil {
			return nil
		}
		select {
		case <-t.C:
		case <-p.done:
			return fmt.Errorf("%s ended before %s:\n%s", p.Name, what, p.Tail())
		case <-ctx.Done():
			return fmt.Errorf("%s: %s did not happen: %w:\n%s", p.Name, what, err, p.Tail())
		}
	}
}

const pollEvery = 5 * time.Millisecond

var errNotYet = errors.New("not yet")

// once runs a program to its end.
func once(ctx context.Context, stdin io.Reader, path string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = stdin
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return out, fmt.Errorf("%s failed: %w: %s", filepath.Base(path), err, exit.Stderr)
		}
		return out, fmt.Errorf("cannot run %s: %w", filepath.Base(path), err)
	}
	return out, nil
}
