package theme

import "image/color"

// Role says what a colour is for.
type Role int

// The roles.
const (
	None      Role = iota // draws nothing
	Paper                 // the page
	Card                  // what lies on the page
	Line                  // edges and rules
	Ink                   // words
	Soft                  // quiet words
	Teal                  // done, chosen, next
	TealSoft              // chosen, quietly
	OnTeal                // words on teal
	Sun                   // help
	SunEdge               // the edge into which a sun button sinks
	Halo                  // around the step that is now
	OnSun                 // words on sun
	Alarm                 // staff must phone
	AlarmSoft             // behind the number to phone first
	Drill                 // not a real call
	OnDrill               // words on drill
)

// roles is one past the last role.
const roles = OnDrill + 1

func light() [roles]color.NRGBA {
	return [roles]color.NRGBA{
		Paper: rgb(0xF6F4EE), Card: rgb(0xFFFFFF), Line: rgb(0xDCD8CC), Ink: rgb(0x14302C), Soft: rgb(0x52665F),
		Teal: rgb(0x0E6259), TealSoft: rgb(0xD9EBE6), OnTeal: rgb(0xFFFFFF),
		Sun: rgb(0xFFC83D), SunEdge: rgb(0xE5A900), Halo: rgb(0xF9E5B3), OnSun: rgb(0x14302C),
		Alarm: rgb(0xB3261E), AlarmSoft: rgb(0xFBE4E0), Drill: rgb(0x5B3FA8), OnDrill: rgb(0xFFFFFF),
	}
}

func dark() [roles]color.NRGBA {
	return [roles]color.NRGBA{
		Paper: rgb(0x0E1D1B), Card: rgb(0x162B28), Line: rgb(0x2C4641), Ink: rgb(0xEFF6F2), Soft: rgb(0xA9C0B8),
		Teal: rgb(0x7FD6C6), TealSoft: rgb(0x1D403A), OnTeal: rgb(0x0E1D1B),
		Sun: rgb(0xFFC83D), SunEdge: rgb(0xE5A900), Halo: rgb(0x5E5626), OnSun: rgb(0x14302C),
		Alarm: rgb(0xFF8A7E), AlarmSoft: rgb(0x4A1F1B), Drill: rgb(0x5B3FA8), OnDrill: rgb(0xFFFFFF),
	}
}

// lightContrast and darkContrast are for people who see little: words on black or white, edges that can be seen, no half tones.
func lightContrast() [roles]color.NRGBA {
	return [roles]color.NRGBA{
		Paper: rgb(0xFFFFFF), Card: rgb(0xFFFFFF), Line: rgb(0x5C6B67), Ink: rgb(0x000000), Soft: rgb(0x1F2B28),
		Teal: rgb(0x00473F), TealSoft: rgb(0xC9EFE6), OnTeal: rgb(0xFFFFFF),
		Sun: rgb(0xFFC83D), SunEdge: rgb(0x6B4E00), Halo: rgb(0xB88700), OnSun: rgb(0x000000),
		Alarm: rgb(0x8C0F0A), AlarmSoft: rgb(0xFFE3DF), Drill: rgb(0x3F1F8F), OnDrill: rgb(0xFFFFFF),
	}
}

func darkContrast() [roles]color.NRGBA {
	return [roles]color.NRGBA{
		Paper: rgb(0x000000), Card: rgb(0x000000), Line: rgb(0x9DB5AD), Ink: rgb(0xFFFFFF), Soft: rgb(0xE3EFEA),
		Teal: rgb(0x8FF0DE), TealSoft: rgb(0x06332C), OnTeal: rgb(0x000000),
		Sun: rgb(0xFFC83D), SunEdge: rgb(0xFFF1C9), Halo: rgb(0x8A6A12), OnSun: rgb(0x000000),
		Alarm: rgb(0xFFA59B), AlarmSoft: rgb(0x5A1510), Drill: rgb(0x5B3FA8), OnDrill: rgb(0xFFFFFF),
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF} //nolint:gosec // the shifts keep one byte each
}
