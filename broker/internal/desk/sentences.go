package desk

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"safeyouthzone/broker/contract/activation"
)

// The kiosk's own words for the canned sentences, in all its languages. A test compares them with the kiosk's catalogues.
//
//go:embed web/messages.json
var messagesJSON []byte

// spokenIn is the words of each canned sentence by language.
type spokenIn map[string]map[activation.Message]string

func loadSentences() (spokenIn, error) {
	out := spokenIn{}
	if err := json.Unmarshal(messagesJSON, &out); err != nil {
		return nil, fmt.Errorf("cannot read embedded sentences: %w", err)
	}
	return out, nil
}

// sentence is a canned sentence, in English and as the kiosk of a zone can show it.
type sentence struct {
	Value activation.Message
	Words string
	Also  []translated
}

type translated struct {
	Lang, Words string
	RTL         bool
}

// sentences offers the canned sentences with a preview in the languages of a zone.
func (d *Desk) sentences(zone []string) []sentence {
	var out []sentence
	for _, m := range activation.Messages() {
		s := sentence{Value: m, Words: messageWords(m)}
		for _, lang := range zone {
			if words := d.spoken[lang][m]; words != "" && lang != "en" {
				s.Also = append(s.Also, translated{Lang: lang, Words: words, RTL: lang == "ar" || lang == "fa"})
			}
		}
		out = append(out, s)
	}
	return out
}
