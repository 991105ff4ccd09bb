package agentapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// ErrInUse means that another agent answers on the socket.
var ErrInUse = errors.New("another agent answers on this socket")

const (
	socketMode = 0o660
	maxPath    = 107 // bytes: the kernel's limit, without its closing zero
	tmpSuffix  = ".new"
)

// Listen opens the agent's socket with mode 0660 and the given group ("" keeps the process's own). A socket that nobody answers on is
// replaced; one that is answered is [ErrInUse]. The socket has its mode and group before anybody can find it.
func Listen(path, group string) (net.Listener, error) {
	if longest := maxPath - len(tmpSuffix); len(path) > longest {
		return nil, fmt.Errorf("cannot listen on %s: the path has %d bytes, and a socket's can have %d at most", path, len(path), longest)
	}
	if err := free(path); err != nil {
		return nil, err
	}
	tmp := path + tmpSuffix
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot remove old socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: tmp, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("cannot listen: %w", err)
	}
	l.SetUnlinkOnClose(false)
	if err := publish(tmp, path, group); err != nil {
		_ = l.Close()
		_ = os.Remove(tmp)
		return nil, err
	}
	return &listener{UnixListener: l, path: path}, nil
}

func publish(tmp, path, group string) error {
	if err := os.Chmod(tmp, socketMode); err != nil {
		return fmt.Errorf("cannot set mode of socket: %w", err)
	}
	if group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			return fmt.Errorf("cannot find group of socket: %w", err)
		}
		gid, err := strconv.Atoi(g.Gid)
		if err != nil {
			return fmt.Errorf("cannot find group of socket: %w", err)
		}
		if err := os.Chown(tmp, -1, gid); err != nil {
			return fmt.Errorf("cannot set group of socket: %w", err)
		}
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("cannot publish socket: %w", err)
	}
	return nil
}

// free reports whether the path may be taken.
func free(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot look at socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("cannot listen on %s: it is not a socket", path)
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	switch {
	case err == nil:
		_ = c.Close()
		return ErrInUse
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return fmt.Errorf("cannot tell whether the socket is in use: %w", err)
	}
}

// listener removes its socket when it closes, once.
type listener struct {
	*net.UnixListener
	path string
	once sync.Once
}

// Close stops listening and removes the socket.
func (l *listener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		_ = os.Remove(l.path) // first: who finds no socket knows that nobody answers
		err = l.UnixListener.Close()
	})
	return err
}

// Serve answers on l until ctx ends, then lets running calls finish for a moment. Streams end at once.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: writeWithin,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    MaxRequest,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("cannot serve the agent's socket: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := srv.Shutdown(last)
	if err != nil {
		err = srv.Close()
	}
	if serving := <-done; !errors.Is(serving, http.ErrServerClosed) {
		err = errors.Join(err, serving)
	}
	return err
}
