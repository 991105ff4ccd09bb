package flow

// TapListen reads the page aloud, or stops it. It changes nothing else: what is read is the window's business.
const TapListen = "listen"

// Buttons beside it, while it reads.
const (
	TapQuieter = "quieter"
	TapLouder  = "louder"
)

// LoudSteps is how many steps the reading voice can be made louder or quieter.
const LoudSteps = 3

// volume makes the voice louder or quieter, until the page is closed.
func (s State) volume(id string) State {
	step := map[string]int{TapQuieter: -1, TapLouder: 1}[id]
	if s.Reading {
		s.Loud = max(-LoudSteps, min(LoudSteps, s.Loud+step))
	}
	return s
}

// Fault is something wrong with the screen itself, which the agent cannot know.
type Fault struct {
	Code  string // as the agent is told: agentapi.ScreenFaces, agentapi.ScreenVoice
	Names string // the languages
}
