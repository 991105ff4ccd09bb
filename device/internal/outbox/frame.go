package outbox

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"safeyouthzone/broker/contract/wire"
)

// A frame is a marker, the length and the CRC-32C of its payload, and the payload: one JSON document. The marker lets a reader find the
// next whole frame behind a damaged one.
const headSize = 12

var (
	marker     = []byte{0xF5, 'S', 'Z', 0xFA} // no byte of 0xF5 and above occurs in JSON
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// entry is the payload of a frame; exactly one field is set.
type entry struct {
	Log     *logEntry     `json:"log,omitempty"`
	Event   *Record       `json:"event,omitempty"`
	Receipt *receiptEntry `json:"receipt,omitempty"`
}

// logEntry starts a log, or says what was dropped of one: every number up to Floor.
type logEntry struct {
	V     int    `json:"v"`
	ID    string `json:"id"`
	Floor uint64 `json:"floor"`
}

type receiptEntry struct {
	Log      string          `json:"log"`
	Seq      uint64          `json:"seq"`
	Rejected []wire.Rejected `json:"rejected,omitempty"`
}

func encode(e entry) ([]byte, error) {
	p, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("cannot encode record: %w", err)
	}
	if len(p) > maxFrame {
		return nil, fmt.Errorf("cannot encode record: %d bytes, at most %d", len(p), maxFrame)
	}
	b := make([]byte, headSize, headSize+len(p))
	copy(b, marker)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(p))) //nolint:gosec // at most maxFrame
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(p, castagnoli))
	return append(b, p...), nil
}

// next reads the first frame of b and returns its size.
func next(b []byte) (entry, int, bool) {
	var e entry
	if len(b) < headSize || !bytes.HasPrefix(b, marker) {
		return e, 0, false
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if n > maxFrame || int(n) > len(b)-headSize {
		return e, 0, false
	}
	p := b[headSize : headSize+int(n)]
	if crc32.Checksum(p, castagnoli) != binary.LittleEndian.Uint32(b[8:]) || json.Unmarshal(p, &e) != nil {
		return e, 0, false
	}
	return e, headSize + int(n), true
}

// read calls take for every whole frame of b. It returns how many places in between were not readable; a torn tail is not one of them.
func read(b []byte, take func(entry) bool) (damaged int) {
	for len(b) > 0 {
		e, n, ok := next(b)
		if !ok {
			n = skip(b)
			if n == len(b) {
				return damaged
			}
			damaged++
		} else if !take(e) {
			damaged++
		}
		b = b[n:]
	}
	return damaged
}

// skip is how many bytes to pass over until the next whole frame, or all.
func skip(b []byte) int {
	for at := 1; at < len(b); at++ {
		i := bytes.Index(b[at:], marker)
		if i < 0 {
			break
		}
		at += i
		if _, _, ok := next(b[at:]); ok {
			return at
		}
	}
	return len(b)
}
