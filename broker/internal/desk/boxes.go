package desk

import (
	"fmt"
	"slices"
	"strings"
)

// boxes are the roles of a form, and which of them are ticked.
type boxes struct {
	All  []Role
	have []string
}

// newBoxes takes what a template has: one role, or the roles of an account.
func newBoxes(all []Role, have any) (boxes, error) {
	switch v := have.(type) {
	case string:
		return boxes{all, []string{v}}, nil
	case []string:
		return boxes{all, v}, nil
	}
	return boxes{}, fmt.Errorf("cannot tick roles of %T", have)
}

// Has reports whether a role is ticked.
func (b boxes) Has(r Role) bool { return slices.Contains(b.have, string(r)) }

// Words are what people call a role.
func (boxes) Words(r Role) string { return roleTitle(r) }

func roleTitle(r Role) string {
	switch r {
	case MDT:
		return "MDT coordinator"
	case IT:
		return "IT"
	default:
		return string(r)
	}
}

// roleTitles lists roles for people; it takes what a template has.
func roleTitles(have any) (string, error) {
	var words []string
	switch v := have.(type) {
	case []Role:
		for _, r := range v {
			words = append(words, roleTitle(r))
		}
	case []string:
		for _, r := range v {
			words = append(words, roleTitle(Role(r)))
		}
	default:
		return "", fmt.Errorf("cannot list roles of %T", have)
	}
	return strings.Join(words, ", "), nil
}

// About says what a role is for, to whoever gives it.
func (b boxes) About(r Role) string {
	switch r {
	case Dispatcher:
		return "answers calls and says who comes"
	case Responder:
		return "goes to the zone; answers, closes nothing"
	case Supervisor:
		return "as a dispatcher; rosters, policies, drills, exports"
	case MDT:
		return "the duties and decisions of the 72 hours"
	case Analyst:
		return "suppressed figures, never a case"
	case IT:
		return "devices, never a case"
	case Administrator:
		return "people and tokens, never a case"
	case Auditor:
		return "the audit, never a case"
	default:
		return ""
	}
}
