package board_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/device/internal/board"
)

func TestTheSimulatedContactIsHeldDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b, err := board.Open("sim", board.Pins{}, func() time.Duration { return time.Since(start) })
		if err != nil {
			t.Fatal(err)
		}
		in, err := b.Button()
		if err != nil {
			t.Fatal(err)
		}
		b.Sim.Press(100 * time.Millisecond)
		time.Sleep(50 * time.Millisecond)
		b.Sim.Press(100 * time.Millisecond) // on top of the first
		for _, want := range []board.Event{{Operated: true}, {Operated: false, At: 150 * time.Millisecond}} {
			if got, err := in.Next(t.Context()); err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			if level, err := in.Level(); err != nil || level != want.Operated {
				t.Errorf("level %v, %v", level, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := in.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nothing happened, and yet: %v", err)
		}
		_ = in.Close()
		if _, err := in.Next(t.Context()); !errors.Is(err, board.ErrGone) {
			t.Errorf("after close: %v", err)
		}
	})
}

func TestThereIsNoOtherBoard(t *testing.T) {
	if b, err := board.Open("none", board.Pins{}, nil); err != nil || b.HasButton() {
		t.Errorf("%+v, %v", b, err)
	}
	if _, err := board.Open("rocket", board.Pins{}, nil); err == nil {
		t.Error("an unknown board was opened")
	}
}
