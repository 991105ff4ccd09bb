package desk

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

const (
	icsTime = "20060102T150405Z"
	icsLine = 73 // octets, without what folding adds
)

// calendar answers with the open duties of a case as calendar entries: short code, duty and due time, nothing about the youth.
func (d *Desk) calendar(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, _, err := d.caseOf(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	tpl, _, standings := d.standings(k)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="duties-`+activation.ShortCode(k.State.Case)+`.ics"`)
	_, _ = w.Write([]byte(calendarOf(k.State.Case, tpl, standings, d.opt.Clock()))) // the asker has gone
}

func calendarOf(id string, tpl protocol.Template, standings []protocol.Standing, now time.Time) string {
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Safe Youth Zone//Duties//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"}
	code := activation.ShortCode(id)
	for _, s := range standings {
		if !s.State.Open() {
			continue
		}
		due := s.Due.UTC().Format(icsTime)
		lines = append(lines, "BEGIN:VEVENT", "UID:"+s.Duty.ID+"."+id+"@safe-youth-zone", "DTSTAMP:"+now.UTC().Format(icsTime), "DTSTART:"+due, "DTEND:"+due,
			"SUMMARY:"+icsText(fmt.Sprintf("%s due: %s (%s)", code, s.Duty.Title, tpl.Agency(s.Owner).Name)), "CLASS:CONFIDENTIAL", "TRANSP:TRANSPARENT",
			"BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:"+icsText(code+": "+s.Duty.Title), "TRIGGER:-PT"+fmt.Sprint(int(time.Duration(s.Duty.Due).Seconds()/4))+"S",
			"END:VALARM", "END:VEVENT")
	}
	lines = append(lines, "END:VCALENDAR")
	var b strings.Builder
	for _, l := range lines {
		for len(l) > icsLine { // RFC 5545: long lines are folded, never within a character
			cut := icsLine
			for cut > 0 && l[cut]&0xC0 == 0x80 {
				cut--
			}
			b.WriteString(l[:cut] + "\r\n ")
			l = l[cut:]
		}
		b.WriteString(l + "\r\n")
	}
	return b.String()
}

func icsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
