package flow

// Fault is something wrong with the screen itself, which the agent cannot know.
type Fault struct {
	Code  string // faces: letters of languages are missing; voice: nothing reads aloud
	Names string // the languages
}
