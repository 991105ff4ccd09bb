package screen_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"safeyouthzone/kiosk/internal/canned"
	"safeyouthzone/kiosk/internal/theme"
)

var update = flag.Bool("update", false, "write the pictures anew")

// tolerance is how far one colour of one pixel may be off, and how many pixels in a thousand may be further: the software renderer
// is the same everywhere, but rounding is not.
const (
	tolerance = 24
	perMille  = 2
)

// TestPictures compares the main pages with the pictures that people have looked at. go test -update writes them anew: look at them.
func TestPictures(t *testing.T) {
	r := newRig(t, sizes()[0], theme.Look{})
	for _, s := range canned.All() {
		if !s.Golden {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			r.show(s.State, "en")
			compare(t, s.Name, r.window.Canvas().Capture())
		})
	}
}

func compare(t *testing.T, name string, got image.Image) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	if *update {
		write(t, file, got)
		return
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; make it with -update, then look at it", err)
	}
	want, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if n := different(got, want); n > perMille {
		bad := filepath.Join(os.TempDir(), "syz-"+name+".png")
		write(t, bad, got)
		t.Errorf("%d of 1000 pixels are not as in %s; see %s", n, file, bad)
	}
}

// TestPicturesOfOtherLanguages keeps a few pages that look different in more than their words: mirrored, stacked, gapless, and in every theme.
func TestPicturesOfOtherLanguages(t *testing.T) {
	for _, c := range []struct {
		page, lang string
		look       theme.Look
	}{
		{"status-coming", "ar", theme.Look{}},
		{"steps-who", "fa", theme.Look{Dark: true}},
		{"status-coming", "km", theme.Look{Contrast: true}},
		{"idle", "zh-Hans", theme.Look{Dark: true, Contrast: true}},
	} {
		t.Run(c.page+"-"+c.lang, func(t *testing.T) {
			r := newRig(t, sizes()[0], c.look)
			i := slices.IndexFunc(canned.All(), func(s canned.Sample) bool { return s.Name == c.page })
			r.show(canned.All()[i].State, c.lang)
			compare(t, c.page+"-"+c.lang, r.window.Canvas().Capture())
		})
	}
}

func write(t *testing.T, file string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small(img)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// small gives a picture at most 160 colours, its most frequent ones: half of the size, and within the tolerance.
func small(img image.Image) image.Image {
	count := map[color.RGBA]int{}
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(uint32(a.R)<<16|uint32(a.G)<<8|uint32(a.B), uint32(b.R)<<16|uint32(b.G)<<8|uint32(b.B)))
	})
	var palette color.Palette
	for _, c := range often[:min(160, len(often))] {
		palette = append(palette, c)
	}
	out := image.NewPaletted(bounds, palette)
	draw.Draw(out, bounds, img, bounds.Min, draw.Src)
	return out
}

// different counts the pixels that are off, in thousandths.
func different(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return 1000
	}
	n, all := 0, a.Bounds().Dx()*a.Bounds().Dy()
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if off(r1, r2) || off(g1, g2) || off(b1, b2) {
				n++
			}
		}
	}
	return (n*1000 + all - 1) / all
}

func off(a, b uint32) bool {
	d := int(a>>8) - int(b>>8)
	return d > tolerance || d < -tolerance
}
