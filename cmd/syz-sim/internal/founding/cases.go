package founding

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// The founding totals.
const (
	Recoveries    = 131
	Individuals   = 112
	ArrestsBefore = 141
	ArrestsSince  = 16
	sumOfAges     = 2057 // 15.70 on average
	seed          = 20140815
)

// count is a category and how many.
type count struct {
	code string
	n    int
}

// spread is how the cases divide. Each line adds up to all recoveries.
type spread struct {
	station, identified, decision, status72, current []count
	reason                                           []count // of juvenile hall
}

func division() spread {
	return spread{
		station: []count{
			{"century", 35},
			{"compton", 33},
			{"long_beach", 34},
			{"transit", 14},
			{"lapd_77th", 6},
			{"lapd_southeast", 5},
			{"lancaster", 2},
			{"palmdale", 1},
			{"santa_clarita", 1},
		},
		identified: []count{{"patrol_observation", 58}, {"vice_operation", 31}, {"missing_or_runaway_contact", 17}, {"hotline_tip", 13}, {"other_call", 12}},
		decision: []count{
			{"home", 14},
			{"relative", 12},
			{"foster_home", 27},
			{"group_home", 34},
			{"emergency_shelter", 16},
			{"juvenile_hall", 13},
			{"left_before_decision", 15},
		},
		reason:   []count{{"warrant", 6}, {"other_offence", 4}, {"probation_violation", 3}},
		status72: []count{{"in_placement", 71}, {"home", 22}, {"away", 26}, {"juvenile_hall", 12}},
		current:  []count{{"in_placement", 58}, {"home", 35}, {"away", 23}, {"out_of_county", 15}},
	}
}

// joined is the first day of each station.
func joined() map[string]string {
	return map[string]string{
		"century": "2014-08-15", "compton": "2014-08-15", "long_beach": "2014-08-15", "transit": "2015-06-19", "lapd_77th": "2015-12-09",
		"lapd_southeast": "2015-12-09", "lancaster": "2016-05-12", "palmdale": "2016-05-12", "santa_clarita": "2016-05-12",
	}
}

const lastDay = "2016-07-17"

// Case is one made-up recovery.
type Case struct {
	Person                                                  int
	At                                                      time.Time
	Station, Identified, Decision, Reason, Status72, Status string
	Age                                                     int
}

// deal spreads codes over n cases in an order that only the seed decides.
func deal(r *rand.Rand, all []count) []string {
	var out []string
	for _, c := range all {
		for range c.n {
			out = append(out, c.code)
		}
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// Cases makes the case file. It is the same every time.
func Cases(zone *time.Location) ([]Case, error) {
	r := rand.New(rand.NewPCG(seed, seed))
	d := division()
	station, identified := deal(r, d.station), deal(r, d.identified)
	decision, s72, now := deal(r, d.decision), deal(r, d.status72), deal(r, d.current)
	reasons := deal(r, d.reason)
	last, err := time.ParseInLocation(time.DateOnly, lastDay, zone)
	if err != nil {
		return nil, fmt.Errorf("cannot make cases: %w", err)
	}
	out := make([]Case, Recoveries)
	for i := range out {
		from, err := time.ParseInLocation(time.DateOnly, joined()[station[i]], zone)
		if err != nil {
			return nil, fmt.Errorf("cannot make cases: %w", err)
		}
		out[i] = Case{
			Station: station[i], Identified: identified[i], Decision: decision[i], Status72: s72[i], Status: now[i],
			At: from.Add(time.Duration(r.Int64N(int64(last.Sub(from))))).Truncate(time.Minute),
		}
		if decision[i] == "juvenile_hall" {
			out[i].Reason, reasons = reasons[0], reasons[1:]
		}
	}
	slices.SortFunc(out, func(a, b Case) int { return a.At.Compare(b.At) })
	people(r, out)
	ages(r, out)
	return out, nil
}

// people makes 19 of the recoveries repeats: fifteen people twice, two of them three times.
func people(r *rand.Rand, all []Case) {
	const more = Recoveries - Individuals
	order := r.Perm(Recoveries)
	repeats := order[:more]
	first := order[more:]
	for n, i := range first {
		all[i].Person = n
	}
	for n, i := range repeats {
		all[i].Person = n % (more - 2)
	}
}

// ages gives each person one age and then moves single people up or down until the sum is right.
func ages(r *rand.Rand, all []Case) {
	const youngest, oldest = 12, 17
	age, times, sum := make([]int, Individuals), make([]int, Individuals), 0
	for i := range age {
		age[i] = min(oldest, 14+r.IntN(4))
	}
	for _, c := range all {
		times[c.Person]++
		sum += age[c.Person]
	}
	for i := 0; sum != sumOfAges; i = (i + 1) % Individuals {
		if times[i] != 1 {
			continue
		}
		if sum < sumOfAges && age[i] < oldest {
			age[i], sum = age[i]+1, sum+1
		} else if sum > sumOfAges && age[i] > youngest {
			age[i], sum = age[i]-1, sum-1
		}
	}
	for i := range all {
		all[i].Age = age[all[i].Person]
	}
}

// Arrests of a station in a year, by month.
type Arrests struct {
	Station string   `json:"station"`
	Year    int      `json:"year"`
	Counts  [12]*int `json:"counts"`
	Source  string   `json:"source"`
}

// ArrestFigures spreads the 141 and the 16 over the months that the sheet compares.
func ArrestFigures() ([]Arrests, error) {
	before := map[string]int{
		"century": 38, "compton": 31, "long_beach": 41, "transit": 9, "lapd_77th": 10, "lapd_southeast": 7, "lancaster": 2, "palmdale": 2, "santa_clarita": 1,
	}
	since := map[string]int{"century": 4, "compton": 3, "long_beach": 5, "transit": 1, "lapd_77th": 2, "lapd_southeast": 1}
	r := rand.New(rand.NewPCG(seed, 2))
	end, err := time.Parse(time.DateOnly, lastDay)
	if err != nil {
		return nil, fmt.Errorf("cannot make figures: %w", err)
	}
	var out []Arrests
	for _, c := range division().station {
		day, err := time.Parse(time.DateOnly, joined()[c.code])
		if err != nil {
			return nil, fmt.Errorf("cannot make figures: %w", err)
		}
		first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		months := 0
		for m := first; !m.After(end); m = m.AddDate(0, 1, 0) {
			months++
		}
		counts := map[time.Time]int{}
		for m := -months; m < months; m++ {
			counts[first.AddDate(0, m, 0)] = 0
		}
		for range before[c.code] {
			counts[first.AddDate(0, -1-r.IntN(months), 0)]++
		}
		for range since[c.code] {
			counts[first.AddDate(0, r.IntN(months), 0)]++
		}
		out = append(out, byYear(c.code, counts)...)
	}
	return out, nil
}

func byYear(station string, counts map[time.Time]int) []Arrests {
	years := map[int]*Arrests{}
	for m, n := range counts {
		a := years[m.Year()]
		if a == nil {
			a = &Arrests{Station: station, Year: m.Year(), Source: "agency_figures"}
			years[m.Year()] = a
		}
		a.Counts[m.Month()-1] = &n
	}
	var out []Arrests
	for _, a := range years {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Arrests) int { return a.Year - b.Year })
	return out
}
