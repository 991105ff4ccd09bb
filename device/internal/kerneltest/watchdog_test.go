//go:build kernelgpio

package kerneltest_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestAHungMachine never ends by itself: it feeds the hardware watchdog as PID 1 does, and then stands still.
func TestAHungMachine(t *testing.T) {
	wanted(t, "SYZ_HANG")
	f, err := os.OpenFile("/dev/watchdog0", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	const setTimeout = 0xc0045706
	if err := unix.IoctlSetPointerInt(int(f.Fd()), setTimeout, 2); err != nil {
		t.Fatal(err)
	}
	for range 12 {
		if _, err := f.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * ms)
	}
	fmt.Println("HANGS")
	select {}
}
