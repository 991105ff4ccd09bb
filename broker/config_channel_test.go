package broker_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"safeyouthzone/broker"
)

// TestTheExampleChannelsAreGood takes the comment signs away from the example of every kind of channel.
func TestTheExampleChannelsAreGood(t *testing.T) {
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "# Ways to reach people")
	examples, _, end := strings.Cut(rest, "\n\n")
	if !ok || !end {
		t.Fatal("the shipped configuration has no examples of channels")
	}
	var lines []string
	for line := range strings.Lines(examples) {
		if text, ok := strings.CutPrefix(line, "#   "); ok {
			lines = append(lines, text)
		}
	}
	c, err := broker.LoadConfig(write(t, string(b)+"\n"+strings.Join(lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, ch := range c.Channels {
		kinds = append(kinds, ch.Kind)
		switch {
		case ch.Kind == "dc09" && (len(ch.Points) != 1 || ch.Points[0].Number != 17 || ch.EveryS != 60 || ch.ContactID != 101 || len(ch.Receivers) != 2),
			ch.Kind == "cap" && len(ch.Addresses) != 1, ch.Kind == "webpush" && ch.Contact == "", ch.Kind == "webhook" && len(ch.Allow) != 1:
			t.Errorf("the example of %s does not show every key: %+v", ch.Kind, ch)
		}
		if example := "kind = \"" + ch.Kind + "\""; ch.Kind != "webpush" && !strings.Contains(between(examples, example, "[[channel]]"), "\n#   ca = \"\"") {
			t.Errorf("the example of %s does not show ca", ch.Kind)
		}
	}
	slices.Sort(kinds)
	if want := []string{"cap", "dc09", "mail", "ntfy", "webhook", "webpush"}; !slices.Equal(kinds, want) {
		t.Errorf("examples of %v, want %v", kinds, want)
	}
}

// between is what stands in a text after one thing and before another.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}
