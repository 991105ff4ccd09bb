package kiosk_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk"
	"safeyouthzone/kiosk/kiosktest"
)

// A screen that hangs must not feed the watchdog.
func TestWatchdogIsFedOnlyWhileTheScreenAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ui sync.Mutex
		hung, fed := false, 0
		opt := kiosk.Options{
			Do: func(f func()) {
				ui.Lock()
				defer ui.Unlock()
				if !hung {
					f()
				}
			},
			Feed: func() { fed++ },
		}
		k, err := kiosk.New(test.NewTempApp(t), kiosktest.NewAgent(), opt)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			k.Run(ctx)
		}()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if fed < 5 {
			t.Errorf("fed %d times in 11 s", fed)
		}
		ui.Lock()
		hung = true
		ui.Unlock()
		before := fed
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if fed != before {
			t.Errorf("fed %d times by a screen that hangs", fed-before)
		}
		cancel()
		<-done
	})
}
