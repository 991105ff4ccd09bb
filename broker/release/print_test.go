package release_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/internal/desk/desklook"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/release"
)

// founding is a full sheet of the founding period: every station, every category of every list, arrests in three years, and zones.
func founding() report.Input {
	in := county(nil, nil)
	in.Now = time.Date(2016, 7, 18, 0, 0, 0, 0, time.UTC)
	code := func(list string, i int) string {
		all := in.Lists.Offered(list)
		return all[i%len(all)].Code
	}
	for i := range 131 {
		station := in.Stations.Stations[i%len(in.Stations.Stations)]
		from, err := time.Parse(time.DateOnly, station.From)
		if err != nil {
			continue
		}
		r := report.Recovery{
			Case: fmt.Sprint(i), Person: fmt.Sprint(i % 112), Station: station.ID, Age: 11 + i%7, At: from.Add(time.Duration(i) * 11 * time.Hour),
			IdentifiedBy: code("identified_by", i), Decision: code("initial_mdt_decision", i), Status72: code("status", i), Current: code("status", i+1),
			CurrentAsOf: in.Now, Answered: report.Span(time.Minute), Arrived: report.Span(time.Hour), HandedOver: report.Span(2 * time.Hour),
		}
		if r.Decision == "juvenile_hall" {
			r.Reason = code("juvenile_hall_reason", i/3)
		}
		if i%3 > 0 {
			r.Zone = []string{"library", "fire"}[i%2]
		}
		for _, a := range in.Template.Agencies {
			r.Duties = append(r.Duties, report.Tally{Agency: a.ID, OnTime: 1 + i%2, Late: i % 3, Overdue: i % 5 / 4})
		}
		in.Records = append(in.Records, r)
	}
	one := 1
	for _, st := range in.Stations.Stations {
		for y := 2012; y <= 2016; y++ {
			a := report.Arrests{Station: st.ID, Year: y, Source: "agency_figures"}
			for m := range a.Counts {
				a.Counts[m] = &one
			}
			in.Arrests = append(in.Arrests, a)
		}
	}
	return in
}

func TestASheetIsPrintedOnOnePage(t *testing.T) {
	in := founding()
	working, err := report.Make(in, report.Founding())
	if err != nil {
		t.Fatal(err)
	}
	public, err := release.Make(in, report.Founding(), nil)
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := report.NewRenderer(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	sheets := map[string]report.Sheet{"working": working, "public": public.Sheet}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, err := renderer.Page(sheets[filepath.Base(r.URL.Path)])
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(page)
	}))
	defer srv.Close()
	b := desklook.OpenAlone(t, time.Minute)
	for name := range sheets {
		if err := chromedp.Do(b.Context, chromedp.Navigate(srv.URL+"/"+name), chromedp.WaitVisible(chromedp.CSS(".fs h1"))); err != nil {
			t.Fatal(err)
		}
		pdf, err := chromedp.Run(b.Context, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(pdf, -1)); n != 1 {
			t.Errorf("the %s sheet takes %d pages", name, n)
		}
		if dir := os.Getenv("DESK_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "sheet-"+name+".pdf"), pdf, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}
