package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The network block device protocol, as far as the emulator speaks it. See the NBD project's proto.md.
const (
	nbdMagic    = 0x4e42444d41474943
	nbdOption   = 0x49484156454F5054
	nbdRequest  = 0x25609513
	nbdReply    = 0x67446698
	nbdOptReply = 0x3e889045565a9

	optGo   = 7
	repAck  = 1
	repInfo = 3
	repNone = 1<<31 | 1

	// It has flags, knows flush and writing through, and may be written.
	exportFlags = 1 | 4 | 8
	maxRequest  = 32 << 20
	inputOutput = 5 // EIO
)

var errProtocol = errors.New("the emulator says something unexpected")

// serve plays the disk to one machine until its connection ends.
func (d *disk) serve(c net.Conn) error {
	r, w := bufio.NewReader(c), bufio.NewWriter(c)
	if err := d.negotiate(r, w); err != nil {
		return err
	}
	for {
		if err := d.request(r, w); err != nil {
			return err
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

func put(w io.Writer, values ...any) error {
	for _, v := range values {
		if err := binary.Write(w, binary.BigEndian, v); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) negotiate(r io.Reader, w *bufio.Writer) error {
	if err := errors.Join(put(w, uint64(nbdMagic), uint64(nbdOption), uint16(3)), w.Flush()); err != nil {
		return err
	}
	var flags uint32
	if err := binary.Read(r, binary.BigEndian, &flags); err != nil {
		return err
	}
	for {
		var head struct {
			Magic     uint64
			Kind, Len uint32
		}
		if err := binary.Read(r, binary.BigEndian, &head); err != nil {
			return err
		}
		if head.Magic != nbdOption || head.Len > 4096 {
			return errProtocol
		}
		if _, err := io.CopyN(io.Discard, r, int64(head.Len)); err != nil {
			return err
		}
		reply := func(kind uint32, data ...any) error {
			size := uint32(0)
			if len(data) > 0 {
				size = 12
			}
			return errors.Join(put(w, uint64(nbdOptReply), head.Kind, kind, size), put(w, data...))
		}
		if head.Kind != optGo {
			if err := errors.Join(reply(repNone), w.Flush()); err != nil {
				return err
			}
			continue
		}
		return errors.Join(reply(repInfo, uint16(0), uint64(len(d.platter)), uint16(exportFlags)), reply(repAck), w.Flush())
	}
}

func (d *disk) request(r io.Reader, w io.Writer) error {
	var q struct {
		Magic       uint32
		Flags, Kind uint16
		Handle      uint64
		At          uint64
		Len         uint32
	}
	if err := binary.Read(r, binary.BigEndian, &q); err != nil {
		return err
	}
	end := q.At + uint64(q.Len)
	if q.Magic != nbdRequest || q.Len > maxRequest || end > uint64(len(d.platter)) {
		return errProtocol
	}
	reply := func(failed error) error {
		code := uint32(0)
		if failed != nil {
			code = inputOutput
		}
		return put(w, uint32(nbdReply), code, q.Handle)
	}
	b := make([]byte, 0)
	if q.Kind < 2 {
		b = make([]byte, q.Len)
	}
	at := int64(q.At) //nolint:gosec // within the platter
	switch q.Kind {
	case 0: // read
		failed := d.read(b, at)
		if err := reply(failed); err != nil || failed != nil {
			return err
		}
		_, err := w.Write(b)
		return err
	case 1: // write
		if _, err := io.ReadFull(r, b); err != nil {
			return err
		}
		return reply(d.write(b, at, q.Flags&1 != 0))
	case 2: // farewell
		return io.EOF
	case 3:
		return reply(d.flush())
	default:
		return fmt.Errorf("%w: command %d", errProtocol, q.Kind)
	}
}
