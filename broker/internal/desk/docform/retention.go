package docform

import (
	"encoding/json"
	"fmt"
)

type retentionRule struct {
	Version   int    `json:"version"`
	KeepDays  int    `json:"keep_days"`
	Automatic bool   `json:"automatic"`
	Basis     string `json:"basis"`
}

const (
	leastDays = 91 // the advocate's 90 days are part of a case
	mostDays  = 100 * 366
)

func retentionForm(body []byte, _ County) (Form, error) {
	var p retentionRule
	if err := json.Unmarshal(body, &p); err != nil {
		return Form{}, fmt.Errorf("cannot read retention rule: %w", err)
	}
	return Form{Head: Row{Cells: []Cell{
		{Name: "keep_days", Label: "Days after the last entry of a case", Kind: Number, Value: fmt.Sprint(p.KeepDays)},
		tick("automatic", "Then personal fields are erased by themselves", p.Automatic), basis(p.Basis),
	}}}, nil
}

func retentionDocument(f *Form, _ County) any {
	p := retentionRule{KeepDays: f.whole(&f.Head, "keep_days"), Automatic: f.Head.get("automatic") != "", Basis: f.Head.get("basis")}
	if !f.Bad() && (p.KeepDays < leastDays || p.KeepDays > mostDays) {
		f.wrong(&f.Head, "keep_days", fmt.Sprintf("Enter %d to %d days: an advocate’s 90 days are part of a case.", leastDays, mostDays))
	}
	if p.Basis == "" {
		f.wrong(&f.Head, "basis", "Say on what the number rests.")
	}
	return p
}
