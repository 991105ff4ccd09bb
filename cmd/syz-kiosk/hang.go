package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// hangKey makes a window that hangs when it gets SIGUSR1: a test wants to see that it is noticed and restarted. Without the variable the
// signal ends the program, as it ends any other.
const hangKey = "SYZ_TEST_HANG"

// hangOnSignal blocks the UI goroutine for ever at the first signal.
func hangOnSignal(ctx context.Context, do func(func()), log *slog.Logger) {
	if os.Getenv(hangKey) == "" {
		return
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		defer signal.Stop(c)
		select {
		case <-ctx.Done():
		case <-c:
			log.Warn("the window hangs, as a test asked for")
			do(func() { select {} })
		}
	}()
}
