package face

import (
	"encoding/binary"
	"math"

	"github.com/go-text/typesetting/font/opentype"
)

// Operators of Type 2 charstrings and of CFF dictionaries, as Adobe's Technical Notes 5176 and 5177 number them.
const (
	rLineTo   = 5
	rrCurveTo = 8
	endChar   = 14
	rMoveTo   = 21
	shortInt  = 28
	longInt   = 29

	opCharset, opCharStrings, opPrivate = 15, 17, 18
)

// charString writes an outline with the three operators that draw everything.
func charString(outline []opentype.Segment) []byte {
	var out []byte
	var at opentype.SegmentPoint
	step := func(to opentype.SegmentPoint) {
		out = number(number(out, to.X-at.X), to.Y-at.Y)
		at = opentype.SegmentPoint{X: at.X + whole(to.X-at.X), Y: at.Y + whole(to.Y-at.Y)}
	}
	for _, s := range outline {
		a := s.Args
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			step(a[0])
			out = append(out, rMoveTo)
		case opentype.SegmentOpLineTo:
			step(a[0])
			out = append(out, rLineTo)
		case opentype.SegmentOpCubeTo:
			step(a[0])
			step(a[1])
			step(a[2])
			out = append(out, rrCurveTo)
		case opentype.SegmentOpQuadTo: // faces with such curves are in no collection that is read here
		}
	}
	return append(out, endChar)
}

func whole(v float32) float32 { return float32(math.Round(float64(v))) }

// number writes an operand, rounded to a whole unit.
func number(out []byte, v float32) []byte {
	switch n := int(whole(v)); {
	case n >= -107 && n <= 107:
		return append(out, byte(n+139))
	case n >= 108 && n <= 1131:
		return append(out, byte((n-108)>>8+247), byte(n-108))
	case n >= -1131 && n <= -108:
		return append(out, byte((-n-108)>>8+251), byte(-n-108))
	default:
		return binary.BigEndian.AppendUint16(append(out, shortInt), uint16(int16(n))) //nolint:gosec // coordinates are small
	}
}

// compactFont wraps charstrings into a CFF table: one font without names, strings or subroutines.
func compactFont(shapes [][]byte) []byte {
	head := append([]byte{1, 0, 4, 4}, index([][]byte{[]byte("Kiosk")})...)
	dict := func(charset, shapes, private int) []byte {
		var d []byte
		d = append(long(d, charset), opCharset)
		d = append(long(d, shapes), opCharStrings)
		return append(long(long(d, 0), private), opPrivate)
	}
	rest := append(index(nil), index(nil)...) // strings, global subroutines
	start := len(head) + len(index([][]byte{dict(0, 0, 0)})) + len(rest)
	names := binary.BigEndian.AppendUint16([]byte{2}, 1) // every glyph has the next name
	names = binary.BigEndian.AppendUint16(names, uint16(max(0, len(shapes)-2)))
	if len(shapes) < 2 {
		names = []byte{0}
	}
	out := append(head, index([][]byte{dict(start, start+len(names), start)})...)
	out = append(append(out, rest...), names...)
	return append(out, index(shapes)...)
}

// long writes an operand of a dictionary in the form that has one length for every value.
func long(out []byte, v int) []byte {
	return binary.BigEndian.AppendUint32(append(out, longInt), uint32(v)) //nolint:gosec // offsets in a small font
}

// index is a CFF INDEX with offsets of four bytes.
func index(items [][]byte) []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(items))) //nolint:gosec // a face has at most 65535 glyphs
	if len(items) == 0 {
		return out
	}
	out = append(out, 4)
	at := uint32(1)
	out = binary.BigEndian.AppendUint32(out, at)
	for _, item := range items {
		at += uint32(len(item)) //nolint:gosec // as above
		out = binary.BigEndian.AppendUint32(out, at)
	}
	for _, item := range items {
		out = append(out, item...)
	}
	return out
}
