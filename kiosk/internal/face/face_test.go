package face_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk/internal/face"
	"safeyouthzone/kiosk/internal/locale"
)

func book(t *testing.T) (*face.Book, locale.Set) {
	t.Helper()
	test.NewTempApp(t)
	set, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := face.Open("", nil)
	if missing := b.Missing(set.Languages()); len(missing) > 0 {
		t.Skipf("no faces for %v here: install fonts-noto-core and fonts-noto-cjk", missing)
	}
	for _, c := range set {
		b.Need(c.Language, c.Everything())
	}
	return b, set
}

// A letter without a shape is an empty box where somebody looks for help.
func TestEveryLetterOfEveryCatalogueHasAShape(t *testing.T) {
	b, set := book(t)
	for _, c := range set {
		if bad := b.Uncovered(c.Language, c.Everything()); len(bad) > 0 {
			t.Errorf("%s: nothing draws %q", c.Language, bad)
		}
	}
}

func texts(runs []face.Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.Text)
	}
	return out
}

func TestRunsComeInTheOrderOfTheEye(t *testing.T) {
	b, _ := book(t)
	for _, c := range []struct {
		lang, line string
		right      bool
		want       []string
	}{
		{"en", "Call 800-540-4000 now", false, []string{"Call 800-540-4000 now"}},
		{"ar", "اتصل على 800-540-4000.", true, []string{".", "800-540-4000", "اتصل على "}},
		{"ar", "حوالي 12 دقيقة", true, []string{" دقيقة", "12", "حوالي "}},
		{"ar", "رمز · 7F-21 · 4 دقيقة", true, []string{" دقيقة", "4", " ·", " ", "7F-21", " ·", "رمز "}},
		{"fa", "Compton Library", true, []string{"Compton Library"}},
		{"ko", "약 12분", false, []string{"약 ", "12", "분"}},
	} {
		if got := texts(b.Runs(c.lang, c.line, false, c.right)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q is drawn as %q, want %q", c.lang, c.line, got, c.want)
		}
	}
}

// A picker shows each language in its own letters, whatever the language of the page is.
func TestWordsOfAnotherLanguageFindTheirFace(t *testing.T) {
	b, _ := book(t)
	for _, words := range []string{"한국어", "日本語", "Հայերեն", "ខ្មែរ", "فارسی", "圖書館"} {
		for _, r := range b.Runs("en", words, true, false) {
			if r.Source() == nil || !(r.Width(20) > 10) {
				t.Errorf("%q: %q has no face, or is %v wide", words, r.Text, r.Width(20))
			}
		}
	}
}

// The letters that are cut out of the collection are the ones that people read: two of them are not the same, and each has ink.
func TestCutLettersAreDrawn(t *testing.T) {
	b, _ := book(t)
	ink := func(lang, letter string) int {
		run := b.Runs(lang, letter, false, false)[0]
		text := canvas.NewText(letter, nil)
		text.FontSource, text.TextSize = run.Source(), 48
		w := test.NewTempWindow(t, text)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(60, 80))
		img, n := w.Canvas().Capture(), 0
		first := img.At(0, 0)
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if img.At(x, y) != first {
					n++
				}
			}
		}
		return n
	}
	one, many := ink("zh-Hans", "一"), ink("zh-Hans", "需")
	if one < 40 || many < 3*one {
		t.Errorf("一 has %d pixels of ink and 需 has %d", one, many)
	}
}

// Without its package a language is named, not shown as boxes; and a broken file is survived.
func TestMissingAndBrokenFaces(t *testing.T) {
	test.NewTempApp(t)
	dir := t.TempDir()
	b := face.Open(dir, nil)
	langs := []string{"en", "ru", "ko", "fa", "km"}
	if got := b.Missing(langs); !slices.Equal(got, []string{"ko", "fa", "km"}) {
		t.Errorf("missing: %v", got)
	}
	for _, name := range []string{"opentype/noto/NotoSansCJK-Regular.ttc", "opentype/noto/NotoSansCJK-Bold.ttc"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x09"+strings.Repeat("\xff", 60)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if bad := b.Uncovered("ko", "도움"); len(bad) != 2 {
		t.Errorf("a broken face draws: only %q is without shape", bad)
	}
}
