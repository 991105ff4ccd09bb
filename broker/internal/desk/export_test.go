package desk

import (
	"reflect"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/desk/account"
)

// Answers are the types that answers are made of, by their names in the API's description.
func Answers() map[string]reflect.Type {
	return map[string]reflect.Type{
		"Problem": reflect.TypeFor[refusal](), "Answer": reflect.TypeFor[answerDoc](), "Activation": reflect.TypeFor[summaryDoc](),
		"ActivationDetail": reflect.TypeFor[fullDoc](), "Entry": reflect.TypeFor[entryDoc](), "Change": reflect.TypeFor[changeDoc](),
		"Device": reflect.TypeFor[deviceDoc](), "DevicePathTest": reflect.TypeFor[pathDoc](), "AuditEntry": reflect.TypeFor[auditDoc](),
		"Trouble": reflect.TypeFor[wire.Trouble](), "Glass": reflect.TypeFor[account.Glass](),
		"Event": reflect.TypeFor[activation.Event](), "Actor": reflect.TypeFor[activation.Actor](), "Source": reflect.TypeFor[activation.Source](),
		"Report": reflect.TypeFor[activation.Report](), "FollowUp": reflect.TypeFor[activation.FollowUp](), "Decision": reflect.TypeFor[activation.Decision](),
		"Status": reflect.TypeFor[activation.Status](), "Dispatch": reflect.TypeFor[activation.Dispatch](), "DispatchRung": reflect.TypeFor[activation.Rung](),
		"DispatchNotice": reflect.TypeFor[activation.Notice](),
		"Course":         reflect.TypeFor[courseDoc](), "CourseSaid": reflect.TypeFor[activation.Course](), "Said": reflect.TypeFor[activation.Said](),
		"DutyState": reflect.TypeFor[activation.DutyState](), "Meeting": reflect.TypeFor[activation.Meeting](), "StatusNote": reflect.TypeFor[activation.StatusNote](),
		"Fact": reflect.TypeFor[activation.Fact](), "Link": reflect.TypeFor[activation.Link](), "Personal": reflect.TypeFor[Personal](),
		"Standing": reflect.TypeFor[protocol.Standing](), "Deed": reflect.TypeFor[protocol.Deed](), "Duty": reflect.TypeFor[protocol.Duty](),
		"Evidence": reflect.TypeFor[protocol.Evidence](), "CaseHit": reflect.TypeFor[Hit](), "Suggestion": reflect.TypeFor[Suggestion](),
		"Document": reflect.TypeFor[documentDoc](), "Arrests": reflect.TypeFor[arrestsDoc](), "Template": reflect.TypeFor[protocol.Template](),
		"TemplateAgency": reflect.TypeFor[protocol.Agency](), "CodeLists": reflect.TypeFor[protocol.Lists](), "CodeList": reflect.TypeFor[protocol.List](),
		"ListCode": reflect.TypeFor[protocol.Code](), "Stations": reflect.TypeFor[protocol.Stations](), "Station": reflect.TypeFor[protocol.Station](),
		"Scope": reflect.TypeFor[Scope](), "Release": reflect.TypeFor[Released](),
	}
}

// Bodies are the types that bodies of questions are read into.
func Bodies() map[string]reflect.Type {
	return map[string]reflect.Type{
		"CourseWish": reflect.TypeFor[courseWish](), "FieldWish": reflect.TypeFor[fieldWish](), "Wish": reflect.TypeFor[wish](),
	}
}
