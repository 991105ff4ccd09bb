package dc09

import (
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
)

// EventData is the data of an activation with these words.
func EventData(name, code string) string {
	n := notify.Notice{Kind: notify.Activation, Mode: activation.Actual, Code: code, ZoneName: name}
	return data(SIA, Code{SIA: "QA"}, false, Point{}, n)
}
