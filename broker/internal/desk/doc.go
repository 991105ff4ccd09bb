// Package desk is the responder desk: the web pages on which people of the agencies see a call for help and answer it, and the same
// operations as JSON under /api/v1/.
//
// The broker builds it with [New] and hands it a [Book] of the cases, the [Zones] and the [Fleet]; the desk keeps nothing itself
// but who is signed in and who looks at what. Everything on a page is derived from the book, so a page that was cut off is whole again
// after one reconnect: each change has the permanent id of its place in the ledger, and the stream replays what came after the last id
// that the page saw.
//
// What it promises when things fail: a page that hears no heartbeat says so within six seconds and in words; a command that the
// ledger did not take is told to the person who gave it, and nothing on the page pretends otherwise; a reader too slow to follow is
// cut off and catches up by replay. No page, title, address or log line carries a name, a responder's code of another agency or
// free text.
//
// Nobody is let in without a sign-in. Until the county's own sign-in is set up the desk opens only in development mode, by a link
// that works once; otherwise every page says that sign-in is not set up.
//
// # Adding a page
//
// A page is one Go file and one template, named by its noun:
//
//	func (d *Desk) rosterRoutes() []Route {
//		return []Route{
//			{Pattern: "GET /rosters", Permission: PolicyRead, Handler: d.rosterPage, Nav: "Rosters", Icon: "people"},
//			{Pattern: "POST /rosters/{agency}", Permission: RosterEdit, Handler: d.rosterSave},
//		}
//	}
//
//	func (d *Desk) rosterPage(w http.ResponseWriter, r *http.Request, seat Seat) {
//		d.sheet(w, seat, "rosters", "Rosters", d.rosterView(seat)) // template name, title, the template's .Data
//	}
//
//	{{define "rosters"}}{{template "sheettop" .}}
//	<section class="panel"> ... {{range .Data.Rows}} ... {{end}} </section>
//	{{template "sheetbottom" .}}{{end}}
//
// in web/templates/rosters.html, and the routes added to [Desk.routes]. That is all: the navigation is made from the routes that a seat
// may use, the frame brings connection, sound, banners, keys and print, and the tests of every page (access by role, accessibility in
// light and dark, phone, no message on the console) find it through the routes. A form posts and is answered with 303 to a page, or
// with [Desk.sheetWith] and the refusal; it needs no script. A part that must stay fresh is an element with an id and
// data-refresh="/address/of/the/part", where the address answers with that element's content: it is fetched every five seconds.
// Templates ask {{if .Access.May "roster.edit"}} before they offer what the seat can not do. Styles are the classes of desk.css: panel,
// btn (main, red, small), table, tags, chip, quiet, bad, good, acts, field, grid2. An inline style or script does not pass the policy.
//
// What everybody must see at once (nobody can be reached, the glass is broken) is a [Banner].
package desk
