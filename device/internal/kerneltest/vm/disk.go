package main

import (
	"errors"
	"math/rand/v2"
	"sync"
)

// sector is what the disk writes at once or not at all. A card, an SSD and a disk of today write no less than 4096 bytes. With 512, the two
// halves of ext4's superblock were torn apart once in some hundred cuts, and that file system refuses to be mounted without a repair.
const sector = 4096

// disk is a disk with a volatile cache. What it is told to flush outlives a power cut; of the rest, any part may.
type disk struct {
	mu      sync.Mutex
	platter []byte
	cache   map[int64][]byte // by sector
	liar    bool             // says that it flushes, and does not
	dark    bool             // without power: it answers with errors alone
}

var errDark = errors.New("the disk has no power")

func newDisk(content []byte) *disk { return &disk{platter: content, cache: map[int64][]byte{}} }

func (d *disk) read(b []byte, at int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dark {
		return errDark
	}
	for n := 0; n < len(b); n += sector {
		from, ok := d.cache[(at+int64(n))/sector]
		if !ok {
			from = d.platter[at+int64(n):]
		}
		copy(b[n:min(n+sector, len(b))], from)
	}
	return nil
}

// write takes whole sectors, which is all that a machine sends.
func (d *disk) write(b []byte, at int64, through bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dark {
		return errDark
	}
	for n := 0; n < len(b); n += sector {
		key := (at + int64(n)) / sector
		if through && !d.liar {
			copy(d.platter[at+int64(n):], b[n:n+sector])
			delete(d.cache, key)
			continue
		}
		d.cache[key] = append([]byte(nil), b[n:n+sector]...)
	}
	return nil
}

func (d *disk) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dark {
		return errDark
	}
	if !d.liar {
		d.keep(1, nil)
	}
	return nil
}

// cut is the end of the power: each sector of the cache reaches the platter or does not. Nothing more does, until light.
func (d *disk) cut(random *rand.Rand) (kept, dropped int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dark = true
	return d.keep([]float64{0, 0.5, random.Float64(), 1}[random.IntN(4)], random)
}

// light gives the disk its power back.
func (d *disk) light() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dark = false
}

func (d *disk) keep(part float64, random *rand.Rand) (kept, dropped int) {
	for key, b := range d.cache {
		if part < 1 && random.Float64() >= part {
			dropped++
			continue
		}
		kept++
		copy(d.platter[key*sector:], b)
	}
	clear(d.cache)
	return kept, dropped
}
