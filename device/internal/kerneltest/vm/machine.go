package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	memoryMB = 160
	diskMB   = 32
	emulator = "qemu-system-x86_64"
)

// lab is what all machines share.
type lab struct {
	dir    string // for files of this run
	kernel string
	initrd string
	booted string // directory of the machine that waits for orders
}

func (l *lab) memory() string { return filepath.Join(l.booted, "memory") }

// state is all of that machine but its memory.
func (l *lab) state() string { return filepath.Join(l.booted, "state") }

// machine is one emulated machine.
type machine struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	qmp   string
	done  chan struct{}
}

// begin begins a machine. first is the one that boots; every other goes on where that one waited for orders. disk is its drive.
//
// The memory of the first machine is a file. The others map it and keep their own changes to themselves, so that none of it is copied.
func (l *lab) begin(ctx context.Context, name string, first bool, disk string) (*machine, error) {
	qmp := filepath.Join(l.dir, name+".qmp")
	args := append(l.hardware(first, disk), "-qmp", "unix:"+qmp+",server=on,wait=off")
	if !first {
		args = append(args, "-incoming", "defer")
	}
	program := append(l.gently(name), emulator)
	args = append(program[1:], args...)
	m := &machine{cmd: exec.CommandContext(ctx, program[0], args...), lines: make(chan string, 4096), qmp: qmp, done: make(chan struct{})}
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

// hardware is what a machine is made of.
func (l *lab) hardware(first bool, disk string) []string {
	share := "off"
	if first {
		share = "on"
	}
	return []string{
		"-accel", "tcg,thread=multi", "-m", fmt.Sprint(memoryMB), "-smp", "1", "-nodefaults", "-display", "none", "-no-reboot",
		"-machine", "pc,memory-backend=memory",
		"-object", fmt.Sprintf("memory-backend-file,id=memory,size=%dM,mem-path=%s,share=%s", memoryMB, l.memory(), share),
		"-serial", "stdio",
		"-kernel", l.image(), "-initrd", l.initrd,
		// An emulator has nothing to mitigate, and one clock alone: there is none to check it by.
		"-append", "console=ttyS0 quiet panic=1 mitigations=off tsc=reliable rdinit=/init",
		"-device", "i6300esb", "-action", "watchdog=reset",
		"-blockdev", disk, "-device", fmt.Sprintf("virtio-blk-pci,drive=disk,write-cache=on,logical_block_size=%[1]d,physical_block_size=%[1]d", sector),
	}
}

// image is the kernel. To unpack it takes an emulated machine longer than to boot it, so the one that is unpacked already goes first.
func (l *lab) image() string {
	unpacked := filepath.Join(l.kernel, "vmlinux")
	if _, err := os.Stat(unpacked); err == nil {
		return unpacked
	}
	return filepath.Join(l.kernel, "vmlinuz")
}

// gently says how to run a machine: the one whose fingers press in real time goes before those whose power is cut, which have time.
func (*lab) gently(name string) []string {
	if strings.HasPrefix(name, "cut") {
		return []string{"nice", "-n", "10"}
	}
	return nil
}

// start begins a machine that goes on where the first one waited.
func (l *lab) start(ctx context.Context, name, disk string) (*machine, error) {
	m, err := l.begin(ctx, name, false, disk)
	if err != nil {
		return nil, err
	}
	if err := m.restore(ctx, l.state()); err != nil {
		m.kill(quiet)
		return nil, err
	}
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
