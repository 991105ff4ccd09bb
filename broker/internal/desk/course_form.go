package desk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

func (d *Desk) fieldForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	var p *refusal
	id := ""
	if err := r.ParseForm(); err != nil {
		p = tooLarge(err)
	} else if at, ok := d.formTime(r.PostForm.Get("at")); !ok {
		p = wrongAt("at", notATime)
	} else {
		id, p = d.openField(r, seat, fieldWish{
			Station: r.PostForm.Get("station"), IdentifiedBy: r.PostForm.Get("identified_by"), At: at, Mode: activation.Mode(r.PostForm.Get("mode")),
		})
	}
	if p != nil {
		d.sheetWith(w, seat, p.Status, "cases", "Cases", d.casesView(r, seat), refilled(r, p))
		return
	}
	http.Redirect(w, r, "/cases/"+id, http.StatusSeeOther)
}

// courseForm takes a word of the 72 hours from a form and goes back to the case, or shows why not, beside what is true now.
func (d *Desk) courseForm(t activation.Type) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		k, entries, err := d.within(seat, r.PathValue("id"), CaseDuty)
		if err != nil {
			d.refuse(w, r, refusalOf(err))
			return
		}
		want, p := d.formCourse(r)
		if p == nil {
			p = d.say(r.Context(), seat, k, t, want)
		}
		if p == nil {
			http.Redirect(w, r, "/cases/"+k.State.Case, http.StatusSeeOther)
			return
		}
		if now, fresh, err := d.within(seat, k.State.Case, CaseDuty); err == nil { // what somebody else said meanwhile
			k, entries = now, fresh
		}
		d.showCourse(w, seat, k, entries, refilled(r, p))
	}
}

func (d *Desk) formCourse(r *http.Request) (courseWish, *refusal) {
	if err := r.ParseForm(); err != nil {
		return courseWish{}, tooLarge(err)
	}
	f := r.PostForm
	at, ok := d.formTime(f.Get("at"))
	if !ok {
		return courseWish{}, wrongAt("at", notATime)
	}
	want := courseWish{
		Duty: f.Get("duty"), To: f.Get("to"), Step: activation.Step(f.Get("step")), Station: f.Get("station"), IdentifiedBy: f.Get("identified_by"),
		SameAs: strings.ToLower(strings.TrimSpace(f.Get("same_as"))), After: f.Get("after"), Why: f.Get("why"), At: at, Number: f.Get("client_number"),
	}
	for key := range f {
		if name, ok := strings.CutPrefix(key, "evidence_"); ok && f.Get(key) != "" {
			if want.Evidence == nil {
				want.Evidence = map[string]string{}
			}
			want.Evidence[name] = f.Get(key)
		}
		if name, ok := strings.CutPrefix(key, "fact_"); ok && f.Get(key) != "" {
			if want.Facts == nil {
				want.Facts = map[activation.Circumstance]bool{}
			}
			want.Facts[activation.Circumstance(name)] = f.Get(key) == "yes"
		}
	}
	if f.Has("decision") {
		review, p := formDay(f, "next_review")
		if p != nil {
			return want, p
		}
		want.Decision = &activation.Decision{Code: f.Get("decision"), Reason: f.Get("reason"), TookPart: f["took_part"], NextReview: review}
	}
	if f.Has("status") {
		asOf, p := formDay(f, "as_of")
		if p == nil && asOf.IsZero() {
			p = wrongAt("as_of", "Enter the day on which it was so.")
		}
		if p != nil {
			return want, p
		}
		want.Status = &activation.Status{Moment: activation.Moment(f.Get("moment")), Code: f.Get("status"), AsOf: asOf}
	}
	for name, into := range map[string]*int{"age": &want.Age, "birth_year": &want.BirthYear} {
		n, ok := number(f.Get(name))
		if !ok {
			return want, wrongAt(name, "Enter a whole number, or leave it empty.")
		}
		*into = n
	}
	return want, nil
}

const notATime = "Enter a day and a time, as the county’s clock shows it."

// formDay is a day of a form; zero if it is empty.
func formDay(f url.Values, name string) (time.Time, *refusal) {
	if f.Get(name) == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, f.Get(name))
	if err != nil {
		return t, wrongAt(name, "Enter a day.")
	}
	return t, nil
}
