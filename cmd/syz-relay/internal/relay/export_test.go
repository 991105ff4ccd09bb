package relay

// Parse reads a text message.
func Parse(text string) (answer string, minutes int) {
	s := parse(text)
	return s.answer, s.minutes
}
