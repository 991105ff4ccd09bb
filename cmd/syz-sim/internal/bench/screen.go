package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// display is an X server without hardware whose picture is a file, so that looking at it costs the programs under test nothing.
type display struct {
	name, file string
	cmd        *exec.Cmd
}

var errNoFrame = errors.New("no frame came")

func openDisplay(ctx context.Context, dir string) (*display, error) {
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		return nil, fmt.Errorf("cannot find an X server: %w (apt-get install xvfb)", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe: %w", err)
	}
	defer read.Close()
	cmd := exec.CommandContext(ctx, path, "-displayfd", "3", "-screen", "0", "800x480x24", "-nolisten", "tcp", "-nocursor", "-fbdir", dir)
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return nil, fmt.Errorf("cannot start an X server: %w", err)
	}
	d := &display{cmd: cmd, file: filepath.Join(dir, "Xvfb_screen0")}
	var number int
	if _, err := fmt.Fscan(read, &number); err != nil {
		d.close()
		return nil, fmt.Errorf("cannot start an X server: %w", err)
	}
	d.name = fmt.Sprintf(":%d", number)
	return d, nil
}

func (d *display) close() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// door counts the pixels in the colour of the door, which nothing else has.
func (d *display) door() int {
	raw, err := os.ReadFile(d.file)
	if err != nil || len(raw) < 100 {
		return 0
	}
	head, colours := int(binary.BigEndian.Uint32(raw)), int(binary.BigEndian.Uint32(raw[76:]))
	n := 0
	for at := head + 12*colours; at+4 <= len(raw); at += 4 {
		if raw[at] == 0x3D && raw[at+1] == 0xC8 && raw[at+2] == 0xFF {
			n++
		}
	}
	return n
}

// enough of the door is the door.
const enough = 40_000

// frame waits for the page: most of the door must be there.
func (d *display) frame(ctx context.Context, since time.Time) (time.Duration, error) {
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-limit:
			return 0, errNoFrame
		case <-tick.C:
			if d.door() >= enough {
				return time.Since(since), nil
			}
		}
	}
}

// tree lists a process and all its descendants.
func tree(root int) []int {
	out := []int{root}
	for i := 0; i < len(out); i++ {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", out[i]))
		for _, f := range files {
			raw, _ := os.ReadFile(f)
			for _, word := range strings.Fields(string(raw)) {
				var pid int
				if _, err := fmt.Sscan(word, &pid); err == nil {
					out = append(out, pid)
				}
			}
		}
	}
	return out
}

// pss is the memory of processes in megabytes; what they share counts in parts.
func pss(pids []int) float64 {
	sum := 0.0
	for _, pid := range pids {
		raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		for line := range strings.SplitSeq(string(raw), "\n") {
			var kb float64
			if n, _ := fmt.Sscanf(line, "Pss: %f kB", &kb); n == 1 {
				sum += kb / 1024
			}
		}
	}
	return sum
}

// spent is the time that processes have had, in seconds.
func spent(pids []int) float64 {
	const ticks = 100 // a second, on every Linux that Debian builds
	sum := 0.0
	for _, pid := range pids {
		raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, rest, _ := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		for _, i := range []int{11, 12} {
			var v float64
			if i < len(fields) {
				if _, err := fmt.Sscan(fields[i], &v); err == nil {
					sum += v / ticks
				}
			}
		}
	}
	return sum
}
