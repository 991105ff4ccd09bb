package face

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/cff"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

var errShort = errors.New("file is too short")

// subset makes a small face out of one face of a collection: the letters that are asked for, as far as it has them. The collection
// is mapped, not read: 19 MB stay on the disk, and nothing of them is kept.
func subset(file string, index int, want []rune) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("cannot open face: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot look at face: %w", err)
	}
	raw, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("cannot map face: %w", err)
	}
	defer func() { _ = syscall.Munmap(raw) }()
	c, err := openCollection(raw, index)
	if err != nil {
		return nil, fmt.Errorf("cannot read face %d of %s: %w", index, file, err)
	}
	return c.pick(want)
}

// collection is one face of a mapped collection.
type collection struct {
	tables map[string][]byte
	glyphs *cff.CFF
	cmap   font.Cmap
}

func openCollection(raw []byte, index int) (*collection, error) {
	if len(raw) < 16+4*index || string(raw[:4]) != "ttcf" || int(be32(raw[8:])) <= index {
		return nil, errShort
	}
	start := int(be32(raw[12+4*index:]))
	if len(raw) < start+12 {
		return nil, errShort
	}
	c := &collection{tables: map[string][]byte{}}
	for i := range int(be16(raw[start+4:])) {
		at := start + 12 + 16*i
		if len(raw) < at+16 {
			return nil, errShort
		}
		off, n := int(be32(raw[at+8:])), int(be32(raw[at+12:]))
		if len(raw) < off+n {
			return nil, errShort
		}
		c.tables[string(raw[at:at+4])] = raw[off : off+n : off+n]
	}
	for name, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "cmap": 4, "CFF ": 4} {
		if len(c.tables[name]) < least {
			return nil, fmt.Errorf("table %s: %w", name, errShort)
		}
	}
	table, _, err := tables.ParseCmap(c.tables["cmap"])
	if err != nil {
		return nil, fmt.Errorf("cannot read its letters: %w", err)
	}
	if c.cmap, _, err = font.ProcessCmap(table, 0); err != nil {
		return nil, fmt.Errorf("cannot read its letters: %w", err)
	}
	if c.glyphs, err = cff.Parse(c.tables["CFF "]); err != nil {
		return nil, fmt.Errorf("cannot read its shapes: %w", err)
	}
	return c, nil
}

// pick writes a face of the letters in want.
func (c *collection) pick(want []rune) ([]byte, error) {
	want = slices.Clone(want)
	slices.Sort(want)
	var (
		runes   []rune
		shapes  = [][]byte{{endChar}} // of the missing letter
		metrics = c.metric(0)
	)
	for _, r := range slices.Compact(want) {
		id, ok := c.cmap.Lookup(r)
		if !ok || id == 0 {
			continue
		}
		outline, _, err := c.glyphs.LoadGlyph(tables.GlyphID(id)) //nolint:gosec // a face has at most 65535 glyphs
		if err != nil {
			return nil, fmt.Errorf("cannot read the shape of %U: %w", r, err)
		}
		runes, shapes = append(runes, r), append(shapes, charString(outline))
		metrics = append(metrics, c.metric(int(id))...)
	}
	hhea, maxp := slices.Clone(c.tables["hhea"]), []byte{0, 0, 0x50, 0, 0, 0}
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(shapes))) //nolint:gosec // as above
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(shapes)))  //nolint:gosec // as above
	out := []opentype.Table{
		{Tag: opentype.MustNewTag("CFF "), Content: compactFont(shapes)},
		{Tag: opentype.MustNewTag("cmap"), Content: letters(runes)},
		{Tag: opentype.MustNewTag("head"), Content: slices.Clone(c.tables["head"])},
		{Tag: opentype.MustNewTag("hhea"), Content: hhea},
		{Tag: opentype.MustNewTag("hmtx"), Content: metrics},
		{Tag: opentype.MustNewTag("maxp"), Content: maxp},
	}
	return opentype.WriteTTF(out), nil
}

// metric is the advance and the side bearing of a glyph; the last of them is that of all later ones.
func (c *collection) metric(id int) []byte {
	hmtx := c.tables["hmtx"]
	last := min(int(be16(c.tables["hhea"][34:])), len(hmtx)/4) - 1
	at := 4 * max(0, min(id, last))
	return slices.Clone(hmtx[at : at+4])
}

// letters is a character map of format 12: glyph 1 is the first letter, and so on.
func letters(runes []rune) []byte {
	be := binary.BigEndian
	out := be.AppendUint16(nil, 0)
	out = be.AppendUint16(out, 1)
	out = be.AppendUint16(out, 3)  // Windows
	out = be.AppendUint16(out, 10) // all of Unicode
	out = be.AppendUint32(out, 12)
	out = be.AppendUint16(out, 12)
	out = be.AppendUint16(out, 0)
	out = be.AppendUint32(out, uint32(16+12*len(runes))) //nolint:gosec // a face has at most 65535 glyphs
	out = be.AppendUint32(out, 0)
	out = be.AppendUint32(out, uint32(len(runes))) //nolint:gosec // as above
	for i, r := range runes {
		out = be.AppendUint32(out, uint32(r))   //nolint:gosec // runes are positive
		out = be.AppendUint32(out, uint32(r))   //nolint:gosec // as above
		out = be.AppendUint32(out, uint32(i+1)) //nolint:gosec // as above
	}
	return out
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
