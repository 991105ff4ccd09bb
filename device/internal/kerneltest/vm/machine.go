package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	memoryMB = 160
	diskMB   = 32
)

// lab is what all machines share.
type lab struct {
	dir    string // for files of this run
	kernel string
	initrd string
	state  string // of the machine that waits for orders
}

// machine is one emulated machine.
type machine struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	qmp   string
	done  chan struct{}
}

// start begins a machine: at the power switch if state is empty, otherwise where the first one waited. disk is its drive.
func (l *lab) start(ctx context.Context, name, state, disk string) (*machine, error) {
	qmp := filepath.Join(l.dir, name+".qmp")
	args := []string{
		"-accel", "tcg,thread=multi", "-m", fmt.Sprint(memoryMB), "-smp", "1", "-nodefaults", "-display", "none", "-no-reboot",
		"-serial", "stdio", "-qmp", "unix:" + qmp + ",server=on,wait=off",
		"-kernel", filepath.Join(l.kernel, "vmlinuz"), "-initrd", l.initrd,
		"-append", "console=ttyS0 quiet panic=1 rdinit=/init",
		"-device", "i6300esb", "-action", "watchdog=reset",
		"-blockdev", disk, "-device", "virtio-blk-pci,drive=disk,write-cache=on",
	}
	if state != "" {
		args = append(args, "-incoming", "exec:cat "+state)
	}
	m := &machine{cmd: exec.CommandContext(ctx, "qemu-system-x86_64", args...), lines: make(chan string, 4096), qmp: qmp, done: make(chan struct{})}
	m.cmd.Stderr = os.Stderr
	var err error
	if m.in, err = m.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start qemu: %w", err)
	}
	go m.read(out)
	return m, nil
}

func (m *machine) read(out io.Reader) {
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			break // what is left is half a line, and says nothing
		}
		m.lines <- strings.Trim(line, "\r\n\x00")
	}
	close(m.lines)
	_ = m.cmd.Wait() // it was killed, or ended by itself
	close(m.done)
}

// null is a drive that nobody uses.
func null() string { return fmt.Sprintf("driver=null-co,node-name=disk,size=%d", diskMB<<20) }

// kill is the power cut. see is shown what the machine had said until then.
func (m *machine) kill(see func(string)) {
	_ = m.cmd.Process.Kill() // it may have ended
	for line := range m.lines {
		see(line)
	}
	<-m.done
}

// quiet is for who does not listen.
func quiet(string) {}

// say types a line at the machine's console.
func (m *machine) say(line string) error {
	_, err := io.WriteString(m.in, line+"\n")
	return err
}

var errEnded = errors.New("the machine ended")

// expect reads lines until one begins with the prefix, and shows the others to see.
func (m *machine) expect(ctx context.Context, prefix string, see func(string)) (string, error) {
	for {
		select {
		case line, ok := <-m.lines:
			if !ok {
				return "", errEnded
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(rest), nil
			}
			see(line)
		case <-ctx.Done():
			return "", fmt.Errorf("no %q from the machine: %w", prefix, ctx.Err())
		}
	}
}

// save writes the memory of a machine to a file and ends it.
func (m *machine) save(file string) error {
	c, err := net.Dial("unix", m.qmp)
	if err != nil {
		return err
	}
	defer c.Close()
	d := json.NewDecoder(c)
	ask := func(command string) (string, error) {
		if command != "" {
			if _, err := io.WriteString(c, command+"\n"); err != nil {
				return "", err
			}
		}
		for {
			var answer map[string]json.RawMessage
			if err := d.Decode(&answer); err != nil {
				return "", err
			}
			if _, event := answer["event"]; event {
				continue
			}
			if e, bad := answer["error"]; bad {
				return "", errors.New(string(e))
			}
			return string(answer["return"]), nil
		}
	}
	for _, command := range []string{
		"", `{"execute":"qmp_capabilities"}`,
		`{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":10000000000}}`,
		`{"execute":"migrate","arguments":{"uri":"exec:cat > ` + file + `"}}`,
	} {
		if _, err := ask(command); err != nil {
			return fmt.Errorf("cannot save machine: %w", err)
		}
	}
	for {
		got, err := ask(`{"execute":"query-migrate"}`)
		if err != nil {
			return err
		}
		switch {
		case strings.Contains(got, `"completed"`):
			m.kill(quiet)
			return nil
		case strings.Contains(got, `"failed"`):
			return fmt.Errorf("cannot save machine: %s", got)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
