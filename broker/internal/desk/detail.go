package desk

import (
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// answer is one agency's word, as the page shows it.
type answer struct {
	Agency Agency
	Own    bool
	Said   bool
	Status status
	By     string
	At     time.Time
	ETA    time.Time
	Here   bool
	Check  string
}

// need is a need in words.
type need struct {
	Words  string
	Urgent bool
}

// offered is one choice of a form.
type offered struct{ Value, Words string }

// can says which of the verbs make sense now, so that a page offers no other.
type can struct {
	Acknowledge, Coming, Arrived, Code, HandOver, Message, Left, StandDown, Close, Split bool
}

// detail is everything that one seat may see of a case.
type detail struct {
	card
	Received    time.Time
	Trigger     string
	Held        bool
	Device      string
	Agency      Agency // the seat's own
	Code4       string // the responder's code of the own agency
	Checked     bool
	Said        bool // the own agency has said minutes
	Can         can
	Answers     []answer
	Waiting     []Agency
	Needs       []need
	Seen        []need
	Report      *activation.Report
	ReportAt    time.Time
	ReportSaid  string
	Mirror      mirror
	Field       bool // it began in the field: there is no kiosk
	Message     activation.Message
	Messages    []sentence
	Outcomes    []offered
	Presets     []int
	CodeTries   int
	WrongCodes  int
	Lines       []line
	Notice      *refusal
	DuressAt    time.Time
	AskedAt     time.Time
	LastPressAt time.Time
	Welfare     *welfare
	Splits      []splitLink // other young people of the same call
	SplitFrom   *splitLink
	Course      *courseBrief
	Ending      string // in which way it was closed
}

func (d *Desk) detail(seat Seat, k Case, entries []Entry) detail {
	s, now := k.State, d.opt.Clock()
	own := s.Answer(seat.Agency)
	v := detail{
		card: d.card(seat, k), Received: s.ReceivedAt, Trigger: calledBy(s), Held: s.HeldAtStart, Device: s.Device,
		Agency: d.agency(seat.Agency), Checked: own.Verified.ID != "", Said: own.ETAMin > 0, Can: offers(s, seat),
		Report: reportFor(seat, s.Report), ReportAt: s.Reported.At, Mirror: d.mirror(s, now), Field: s.Trigger == activation.InField, Message: s.Message, Outcomes: outcomes(s),
		Presets: []int{5, 10, 15, 20, 30}, CodeTries: s.CodeTries(), WrongCodes: len(s.WrongCode), Lines: d.timeline(redacted(seat, entries)),
		DuressAt: s.UnderDuress.At, AskedAt: s.Asked.At, LastPressAt: s.LastPress.At, Ending: outcomeWords(s.Outcome),
	}
	v.Course = d.courseBrief(k)
	if s.Stage().Open() {
		v.Code4 = codeFor(seat, s)
	}
	for _, n := range s.Needs {
		v.Needs = append(v.Needs, need{needWords(n), urgent(n)})
	}
	for _, n := range s.Intake {
		v.Seen = append(v.Seen, need{needWords(n), urgent(n)})
	}
	if s.Report != nil {
		v.ReportSaid = dispositionWords(s.Report.Disposition)
	}
	v.Messages = d.sentences(v.Zone.Languages)
	v.Welfare, v.Splits, v.SplitFrom = welfareOf(s), splitsOf(s), splitFrom(s)
	d.answers(&v, s, seat)
	return v
}

// offers is a picture of the rules for the page; the rules themselves decide.
func offers(s activation.State, seat Seat) can {
	own, open := s.Answer(seat.Agency), s.Stage().Open()
	acked, arrived := own.Acknowledged.ID != "", own.Arrived.ID != ""
	if !seat.May(CaseAnswer) {
		return can{Close: seat.May(CaseClose) && s.Stage() != activation.StageClosed}
	}
	return can{
		Split:       open,
		Acknowledge: open && !acked,
		Coming:      open && !arrived,
		Arrived:     (open || s.Stage() == activation.StageHandedOver) && acked && !arrived, // help that comes late is still told
		Code:        open && acked,
		HandOver:    arrived && s.HandedOver.ID == "" && s.Stage() != activation.StoodDown && s.Stage() != activation.StageClosed,
		Message:     open && !countysDrill(s.Mode, s.Device),
		Left:        open,
		StandDown:   open && s.StandDown() == activation.StandDownAsked,
		Close:       seat.May(CaseClose) && s.Stage() != activation.StageClosed,
	}
}

// outcomes offers what fits: the likeliest first.
func outcomes(s activation.State) []offered {
	var out []activation.Outcome
	switch {
	case s.Mode == activation.Drill:
		out = []activation.Outcome{activation.WasDrill}
	case s.Mode == activation.Test:
		out = []activation.Outcome{activation.WasTest}
	case s.Stage().Open():
		out = []activation.Outcome{activation.Duplicate}
	case s.Stage() == activation.Gone:
		out = []activation.Outcome{activation.WentAway, activation.Helped, activation.NotNeeded, activation.Duplicate}
	case s.Stage() == activation.StoodDown:
		out = []activation.Outcome{activation.NotNeeded, activation.Helped, activation.Duplicate}
	default:
		out = []activation.Outcome{activation.Helped, activation.NotNeeded, activation.Duplicate}
	}
	words := make([]offered, 0, len(out))
	for _, o := range out {
		words = append(words, offered{string(o), outcomeWords(o)})
	}
	return words
}

// answers lists the own agency first, then those who have answered, and apart from them those who have not.
func (d *Desk) answers(v *detail, s activation.State, seat Seat) {
	listed := make(map[string]bool)
	add := func(a Agency) {
		if listed[a.ID] {
			return
		}
		listed[a.ID] = true
		own, said := a.ID == seat.Agency, s.Answer(a.ID)
		if said.Acknowledged.ID == "" && !own {
			v.Waiting = append(v.Waiting, a)
			return
		}
		v.Answers = append(v.Answers, oneAnswer(a, own, said, s.Stage().Open()))
	}
	add(d.agency(seat.Agency))
	for _, a := range d.opt.Agencies {
		add(a)
	}
	for _, a := range s.Answers {
		add(d.agency(a.Agency))
	}
}

func oneAnswer(a Agency, own bool, said activation.Answer, open bool) answer {
	out := answer{Agency: a, Own: own, Said: said.Acknowledged.ID != "", By: seatName(said.By, a.ID), At: said.Spoke.At}
	out.Status = statusOf(said.Stage())
	switch said.Stage() {
	case activation.StageComing:
		out.ETA, out.Status.Words = said.ETA(), "Coming, said "+strconv.Itoa(said.ETAMin)+" min"
	case activation.Here:
		out.Here, out.Status.Words, out.At = true, "Arrived", said.Arrived.At
		switch {
		case said.Verified.ID != "":
			out.Check = "code checked"
		case open:
			out.Check = "code not yet checked"
		default:
			out.Check = "code was not checked"
		}
	case activation.Received:
		out.Status.Words = "No answer yet"
		if !open {
			out.Status.Words = "Did not answer"
		}
	}
	return out
}
