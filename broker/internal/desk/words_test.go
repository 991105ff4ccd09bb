package desk_test

import (
	"encoding/json"
	"os"
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
