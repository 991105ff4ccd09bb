package desk

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// answerDoc is one agency's answer. It never holds a code.
type answerDoc struct {
	Agency         string           `json:"agency"`
	Role           string           `json:"role"`
	Stage          activation.Stage `json:"stage"`
	By             string           `json:"by,omitempty"`
	AcknowledgedAt time.Time        `json:"acknowledged_at,omitzero"`
	ETA            time.Time        `json:"eta,omitzero"`
	ArrivedAt      time.Time        `json:"arrived_at,omitzero"`
	VerifiedAt     time.Time        `json:"verified_at,omitzero"`
}

type summaryDoc struct {
	ID         string               `json:"id"`
	Rev        uint64               `json:"rev"`
	Code       string               `json:"code"`
	Zone       string               `json:"zone"`
	ZoneName   string               `json:"zone_name"`
	Device     string               `json:"device"`
	Mode       activation.Mode      `json:"mode"`
	Stage      activation.Stage     `json:"stage"`
	Trigger    activation.Trigger   `json:"trigger"`
	RaisedAt   time.Time            `json:"raised_at"`
	ReceivedAt time.Time            `json:"received_at"`
	AgeAtLeast bool                 `json:"age_at_least,omitempty"`
	Presses    int                  `json:"presses"`
	Needs      []activation.Need    `json:"needs,omitempty"`
	Splits     []string             `json:"splits,omitempty"`     // activations of other young people of the same call
	SplitFrom  string               `json:"split_from,omitempty"` // the activation that this one was split off from
	Welfare    activation.Welfare   `json:"welfare,omitempty"`
	WelfareAt  time.Time            `json:"welfare_at,omitzero"`
	Duress     bool                 `json:"duress,omitempty"`
	StandDown  activation.StandDown `json:"stand_down,omitempty"`
	Reported   bool                 `json:"reported,omitempty"`
	Outcome    activation.Outcome   `json:"outcome,omitempty"`
	Answers    []answerDoc          `json:"answers,omitempty"`
}

// kioskDoc is the sentence that the youth reads, in English.
type kioskDoc struct {
	Title   string `json:"title"`
	Line    string `json:"line,omitempty"`
	Message string `json:"message,omitempty"`
}

type entryDoc struct {
	Rev   uint64           `json:"rev"`
	Event activation.Event `json:"event"`
}

type fullDoc struct {
	summaryDoc
	YourAgency string             `json:"your_agency"`
	YourCode   string             `json:"your_code,omitempty"` // the responder's code of the asker's own agency
	Message    activation.Message `json:"message,omitempty"`
	Report     *activation.Report `json:"report,omitempty"`
	CodeTries  int                `json:"code_tries"`
	Kiosk      kioskDoc           `json:"kiosk"`
	Entries    []entryDoc         `json:"entries"`
}

type changeDoc struct {
	Rev        uint64           `json:"rev"`
	Event      activation.Event `json:"event"`
	Activation summaryDoc       `json:"activation"`
}

type deviceDoc struct {
	ID       string         `json:"id"`
	Zone     string         `json:"zone"`
	ZoneName string         `json:"zone_name"`
	Status   string         `json:"status"` // online, offline, lost, trouble
	Since    time.Time      `json:"since,omitzero"`
	LastSeen time.Time      `json:"last_seen,omitzero"`
	Version  string         `json:"version,omitempty"`
	Board    string         `json:"board,omitempty"`
	Outbox   int            `json:"outbox"`
	Troubles []wire.Trouble `json:"troubles,omitempty"`
	Path     pathDoc        `json:"path_test"`
}

// pathDoc is a device's last proof of its way.
type pathDoc struct {
	At     time.Time `json:"at,omitzero"`
	TookMS *int64    `json:"took_ms,omitempty"`
	Late   bool      `json:"late"`
	Nobody bool      `json:"nobody_on_first_rung"`
}

func pathOf(p Path) pathDoc {
	out := pathDoc{At: p.At, Late: p.Late, Nobody: p.Nobody}
	if took := p.Took.Milliseconds(); !p.At.IsZero() {
		out.TookMS = &took
	}
	return out
}

func (d *Desk) summary(k Case) summaryDoc {
	s := k.State
	out := summaryDoc{
		ID: s.Case, Rev: k.Rev, Code: activation.ShortCode(s.Case), Zone: s.Zone, ZoneName: d.zone(s.Zone).Name, Device: s.Device,
		Mode: s.Mode, Stage: s.Stage(), Trigger: s.Trigger, RaisedAt: s.RaisedAt, ReceivedAt: s.ReceivedAt, AgeAtLeast: s.AgeAtLeast,
		Presses: s.Presses, Needs: s.Needs, Duress: s.UnderDuress.ID != "", StandDown: s.StandDown(), Reported: s.Report != nil,
		Outcome: s.Outcome, SplitFrom: s.SplitFrom, Welfare: s.Welfare, WelfareAt: s.Welfared.At,
	}
	for _, x := range s.Splits {
		out.Splits = append(out.Splits, x.Case)
	}
	for _, a := range s.Answers {
		out.Answers = append(out.Answers, answerDoc{
			Agency: a.Agency, Role: d.agency(a.Agency).Role, Stage: a.Stage(), By: a.By, AcknowledgedAt: a.Acknowledged.At, ETA: a.ETA(),
			ArrivedAt: a.Arrived.At, VerifiedAt: a.Verified.At,
		})
	}
	return out
}

func (d *Desk) full(seat Seat, k Case, entries []Entry) fullDoc {
	s := k.State
	out := fullDoc{
		summaryDoc: d.summary(k), YourAgency: seat.Agency, Message: s.Message, Report: reportFor(seat, s.Report), CodeTries: s.CodeTries(),
		Kiosk: d.mirror(s, d.opt.Clock()).doc(),
	}
	out.YourCode = codeFor(seat, s)
	for _, e := range entries {
		out.Entries = append(out.Entries, entryDoc{Rev: e.Rev, Event: redact(seat, e.Event)})
	}
	return out
}
