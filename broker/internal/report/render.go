package report

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

const rowHeight = 21

// Style is the style sheet of a fact sheet inside another page.
func Style() []byte {
	b, _ := web.ReadFile("web/sheet.css") // embedded
	return b
}

// Renderer writes sheets as pages.
type Renderer struct {
	t    *template.Template
	zone *time.Location
}

// NewRenderer reads the templates.
func NewRenderer(zone *time.Location) (*Renderer, error) {
	r := &Renderer{zone: zone}
	t, err := template.New("report").Funcs(template.FuncMap{
		"fig": figure, "bars": bars, "share": share, "day": dayWords,
		"css":   func() template.CSS { return template.CSS(Style()) },
		"less":  func(n int) int { return n - 1 },
		"plain": func(code string) string { return strings.ReplaceAll(code, "_", " ") },
		"asof":  func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"made":  func(t time.Time) string { return t.In(zone).Format("2 January 2006, 15:04") },
	}).ParseFS(web, "web/sheet.html")
	if err != nil {
		return nil, fmt.Errorf("cannot read fact sheet template: %w", err)
	}
	r.t = t
	return r, nil
}

// Page is the sheet as a page of its own that needs no other file.
func (r *Renderer) Page(s Sheet) ([]byte, error) { return r.run("page", s) }

// Fragment is the sheet for a page that includes [Style].
func (r *Renderer) Fragment(s Sheet) (template.HTML, error) {
	b, err := r.run("sheet", s)
	return template.HTML(b), err
}

func (r *Renderer) run(name string, s Sheet) ([]byte, error) {
	var b bytes.Buffer
	if err := r.t.ExecuteTemplate(&b, name, s); err != nil {
		return nil, fmt.Errorf("cannot write fact sheet: %w", err)
	}
	return b.Bytes(), nil
}

func dayWords(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("January 2, 2006")
}

func figure(f Figure) template.HTML {
	if f.Hidden {
		return `<span class="fs-hid"><span aria-hidden="true">··</span><span class="fs-hidden">not shown</span></span>`
	}
	return template.HTML(strconv.Itoa(f.N))
}

func share(part, whole Figure) string {
	const all = 100
	if part.Hidden || whole.Hidden || whole.N == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", all*float64(part.N)/float64(whole.N))
}

// bars is the chart of a table: one bar beside each row. Those who do not see it have the table, and a summary.
func bars(t Table) template.HTML {
	most, hidden := 1, 0
	var largest Row
	for _, r := range t.Rows {
		if !r.Count.Hidden && r.Count.N > most {
			most, largest = r.Count.N, r
		}
		if r.Count.Hidden {
			hidden++
		}
	}
	summary := fmt.Sprintf("Bar chart of %d categories", len(t.Rows))
	if largest.Label != "" {
		summary += fmt.Sprintf("; the largest is %s with %d", largest.Label, largest.Count.N)
	}
	if hidden > 0 {
		summary += fmt.Sprintf("; %d not shown", hidden)
	}
	const width, pad = 100, 3
	h := rowHeight * (len(t.Rows) + 1)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="fs-chart" viewBox="0 0 %d %d" preserveAspectRatio="none" height="%d" role="img" aria-label="%s">`,
		width, h, h, html.EscapeString(summary+"."))
	for i, r := range t.Rows {
		y, bar := i*rowHeight+pad, rowHeight-2*pad
		switch {
		case r.Count.Hidden:
			fmt.Fprintf(&b, `<rect class="h" x="1" y="%d" width="9" height="%d"/>`, y, bar)
		case r.Count.N > 0:
			fmt.Fprintf(&b, `<rect class="b" x="0" y="%d" width="%.1f" height="%d"/>`, y, max(1, float64(width*r.Count.N)/float64(most)), bar)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// CSV is the sheet as one table: section, code, label, count; a hidden count is "suppressed".
func (s Sheet) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	num := func(f Figure) string {
		if f.Hidden {
			return "suppressed"
		}
		return strconv.Itoa(f.N)
	}
	mean := s.MeanAge.Shown
	if s.MeanAge.Hidden {
		mean = "suppressed"
	}
	rows := [][]string{
		{"section", "code", "label", "value"},
		{"scope", "from", "First day", s.Scope.From},
		{"scope", "to", "Last day", s.Scope.To},
		{"figures", "recoveries", "Recoveries", num(s.Recoveries)},
		{"figures", "unique_individuals", "Unique individuals", num(s.Individuals)},
		{"figures", "mean_age", "Average age", mean},
		{"figures", "arrests_before", "Arrests before the protocol", num(s.Arrests.Before)},
		{"figures", "arrests_since", "Arrests since the protocol", num(s.Arrests.Since)},
		{"figures", "arrests_change", "Change", s.Arrests.Shown},
	}
	for _, t := range s.Tables {
		for _, r := range t.Rows {
			rows = append(rows, []string{t.ID, r.Code, r.Label, num(r.Count)})
		}
		rows = append(rows, []string{t.ID, "total", "Total", num(t.Total)})
	}
	for _, p := range s.Duties {
		for _, f := range []struct {
			id string
			n  Figure
		}{{"on_time", p.OnTime}, {"late", p.Late}, {"overdue", p.Overdue}} {
			rows = append(rows, []string{dutyPrefix + p.Agency, f.id, p.Label, num(f.n)})
		}
	}
	for _, t := range s.Timings {
		if !t.Hidden {
			rows = append(rows, []string{"timing_" + t.ID, "median", t.Group, t.Median}, []string{"timing_" + t.ID, "p90", t.Group, t.P90})
		}
	}
	for i := range rows {
		for j := range rows[i] {
			rows[i][j] = inert(rows[i][j])
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("cannot write CSV: %w", err)
	}
	return b.Bytes(), nil
}

// inert keeps a spreadsheet from taking a label for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
