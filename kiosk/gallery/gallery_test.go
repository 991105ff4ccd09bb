package gallery_test

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"safeyouthzone/kiosk/gallery"
)

func TestGalleryDrawsWhatWasAskedFor(t *testing.T) {
	dir := t.TempDir()
	calls := 0
	got, err := gallery.Write(t.Context(), dir, gallery.Options{
		Languages: []string{"en", "es"}, Sizes: []string{"800x480"}, Themes: []string{"light", "dark-contrast"}, Pages: []string{"idle", "status-coming"},
		Progress: func(done, total int) {
			calls++
			if total != 8 || done != calls {
				t.Errorf("picture %d of %d, want %d of 8", done, total, calls)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Pictures != 8 || got.Pages != 2 || calls != 8 {
		t.Errorf("%+v, %d calls", got, calls)
	}
	f, err := os.Open(filepath.Join(dir, "800x480", "dark-contrast", "es", "status-coming.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 800 || size.Y != 480 {
		t.Errorf("the picture is %v", size)
	}
	page, err := os.ReadFile(got.Index)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Español (draft)", "dark-contrast", "status-coming", "800x480"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not offer %s", want)
		}
	}
}

func TestGalleryRefusesWhatIsNotThere(t *testing.T) {
	for _, opt := range []gallery.Options{{Languages: []string{"xx"}}, {Sizes: []string{"1x1"}}, {Themes: []string{"pink"}}, {Pages: []string{"nothing"}}} {
		if _, err := gallery.Write(t.Context(), t.TempDir(), opt); !errors.Is(err, gallery.ErrUnknown) {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}
