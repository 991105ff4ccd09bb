package flow

// TapListen reads the page aloud, or stops it. It changes nothing else: what is read is the window's business.
const TapListen = "listen"

// Fault is something wrong with the screen itself, which the agent cannot know.
type Fault struct {
	Code  string // as the agent is told: agentapi.ScreenFaces, agentapi.ScreenVoice
	Names string // the languages
}
