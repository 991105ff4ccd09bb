package desk_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"safeyouthzone/broker/internal/desk"
)

// TestMirrorSpeaksTheKiosksWords: what the desk shows as "on the kiosk right now" must be what the youth reads, word for word.
func TestMirrorSpeaksTheKiosksWords(t *testing.T) {
	b, err := os.ReadFile("../../../kiosk/internal/locale/catalog/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Words map[string]string `json:"words"`
	}
	if err := json.Unmarshal(b, &catalogue); err != nil {
		t.Fatal(err)
	}
	for key, words := range desk.KioskWords() {
		if got := catalogue.Words[key]; got != words {
			t.Errorf("%s: the desk shows %q, the kiosk %q", key, words, got)
		}
	}
}

var updateSentences = flag.Bool("update-sentences", false, "take web/messages.json anew from the kiosk's catalogues")

// TestSentencesAreTheKiosksInEveryLanguage: the preview must be what the kiosk shows, word for word.
func TestSentencesAreTheKiosksInEveryLanguage(t *testing.T) {
	files, err := filepath.Glob("../../../kiosk/internal/locale/catalog/*.json")
	if err != nil || len(files) < 13 {
		t.Fatalf("%d catalogues, %v", len(files), err)
	}
	want := map[string]map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Language string
			Words    map[string]string
		}
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		want[c.Language] = map[string]string{}
		for key, words := range c.Words {
			if m, ok := strings.CutPrefix(key, "message."); ok {
				want[c.Language][m] = words
			}
		}
	}
	if *updateSentences {
		b, err := json.MarshalIndent(want, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(sentencesFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := sentencesOf(t)
	for lang := range maps.Keys(want) {
		if !reflect.DeepEqual(got[lang], want[lang]) {
			t.Errorf("%s: the desk has other sentences than the kiosk; run this test with -update-sentences", lang)
		}
	}
}

const sentencesFile = "web/messages.json"

// sentencesOf are the canned sentences that the desk has, by language.
func sentencesOf(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile(sentencesFile)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]string{}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	return got
}
