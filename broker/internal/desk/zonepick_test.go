package desk_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"safeyouthzone/broker/internal/desk"
)

func TestZonesOfAnAccountAreChosenByName(t *testing.T) {
	m := newMembers(t)
	u, _ := m.in("sheriff", "dispatcher")
	_, admin := m.in("sheriff", "administrator")
	path := "/users/" + u.ID
	roles := func(what string, want int, pairs ...string) string {
		t.Helper()
		code, page := m.post(path+"/roles", admin, append([]string{"agency", "sheriff", "role", "dispatcher"}, pairs...)...)
		m.want(what, code, want)
		return page
	}
	page := roles("no choice at all", http.StatusUnprocessableEntity)
	has(t, page, "Choose all zones, or only some.")
	page = roles("nothing ticked, which must never mean all", http.StatusUnprocessableEntity, "zones", "some")
	has(t, page, "Choose at least one zone")
	page = roles("a zone that is not there", http.StatusUnprocessableEntity, "zones", "some", "zone", "compton", "zone", "nowhere")
	has(t, page, "There is no zone “nowhere”", "no longer there", "Compton Library")
	for _, kept := range []string{"compton", "nowhere"} {
		_, tag, _ := strings.Cut(page, `name="zone" value="`+kept+`"`)
		if tag, _, _ = strings.Cut(tag, ">"); !strings.Contains(tag, "checked") {
			t.Errorf("%s was ticked, and is not any more", kept)
		}
	}
	page = roles("the first step", http.StatusOK, "zones", "some", "zone", "compton", "zone", "fs41")
	has(t, page, "Compton Library, Fire Station 41")
	if now, _ := m.store.User(u.ID); len(now.Zones) != 0 {
		t.Errorf("the first step gave %v", now.Zones)
	}
	roles("the second step", http.StatusSeeOther, "zones", "some", "zone", "fs41", "zone", "compton", "zone", "fs41", "confirm", "yes")
	if now, _ := m.store.User(u.ID); !slices.Equal(now.Zones, []string{"compton", "fs41"}) {
		t.Errorf("the account has %v", now.Zones)
	}
	roles("all of them", http.StatusSeeOther, "zones", "all", "zone", "compton", "confirm", "yes") // a tick that is hidden counts for nothing
	if now, _ := m.store.User(u.ID); len(now.Zones) != 0 {
		t.Errorf("the account has %v", now.Zones)
	}
}

// manyZones makes the county as big as they come.
func manyZones(m *members, n int) {
	for i := range n {
		id := fmt.Sprintf("site-%04d", i)
		m.county.Zones[id] = desk.Zone{ID: id, Name: fmt.Sprintf("Branch Library %04d", i), Area: "Zone 9 · Cañada"}
	}
}

// TestAnAccountCanHaveAsManyZonesAsTheFormAllows: the limit of a form's size comes after the limit of zones, which is told in words.
func TestAnAccountCanHaveAsManyZonesAsTheFormAllows(t *testing.T) {
	m := newMembers(t)
	manyZones(m, 2000)
	u, _ := m.in("sheriff", "dispatcher")
	_, admin := m.in("sheriff", "administrator")
	for n, want := range map[int]int{400: http.StatusSeeOther, 401: http.StatusUnprocessableEntity} {
		pairs := []string{"agency", "sheriff", "role", "dispatcher", "confirm", "yes", "zones", "some"}
		for i := range n {
			pairs = append(pairs, "zone", fmt.Sprintf("site-%04d", i))
		}
		code, page := m.post("/users/"+u.ID+"/roles", admin, pairs...)
		m.want(fmt.Sprintf("%d zones", n), code, want)
		if n > 400 {
			has(t, page, "more than 400 zones")
		}
	}
	if now, _ := m.store.User(u.ID); len(now.Zones) != 400 {
		t.Errorf("the account has %d zones", len(now.Zones))
	}
}

// TestBrowserFindsAZoneAmongThousands chooses by keyboard alone, in a county of 2,000 zones.
func TestBrowserFindsAZoneAmongThousands(t *testing.T) {
	m, address := served(t)
	manyZones(m, 2000)
	who, _ := m.in("sheriff", "dispatcher")
	b := m.holder(t, address, "sheriff", "administrator")
	b.open("/users/" + who.ID)
	key := func(keys string) { b.do(chromedp.KeyEvent(keys)) }
	at := func(what, js string) {
		t.Helper()
		b.until("the cursor at "+what, `document.activeElement?.matches('`+js+`')`)
	}
	if b.text(`String(document.querySelector('.zonelist').offsetParent)`) != "null" {
		t.Error("the list shows though all zones are chosen")
	}
	b.do(chromedp.Focus(chromedp.CSS(`input[value="all"]`)))
	key(kb.ArrowDown)
	at("only these zones", `input[value="some"]:checked`)
	key(kb.Tab)
	at("the box that finds", `.zonefind input`)
	b.until("how many there are", `/^2004 of 2004 zones show, 0 chosen$/.test(document.querySelector('.zonefind [role=status]').innerText)`)
	key("canada 1234")
	key(kb.Enter) // sends nothing
	b.until("the one, whatever its accents", `/^1 of 2004 zones show, 0 chosen$/.test(document.querySelector('.zonefind [role=status]').innerText) && /Branch Library 1234/.test(document.querySelector('.zonelist').innerText)`)
	key(kb.Tab)
	at("the tick for the chosen alone", `.zonefind [type=checkbox]`)
	key(kb.Tab)
	at("its tick", `input[value="site-1234"]`)
	key(" ")
	b.until("that it is chosen", `/, 1 chosen$/.test(document.querySelector('.zonefind [role=status]').innerText)`)
	b.seen("zones-found")
	b.do(chromedp.Evaluate[chromedp.Void](`{ const box = document.querySelector('.zonefind input'); box.value = ''; box.dispatchEvent(new Event('input')) }`))
	b.until("all of them", `/^2004 of 2004 zones show, 1 chosen$/.test(document.querySelector('.zonefind [role=status]').innerText)`)
	for _, wide := range []int64{390, 1280} {
		b.do(chromedp.EmulateViewport(wide, 900), chromedp.Evaluate[chromedp.Void](`document.querySelector('.zonepick').scrollIntoView()`))
		b.shot(fmt.Sprint("zones-many-", wide))
	}
	b.click(".zonefind .tick")
	b.until("the chosen one alone", `/^1 of 2004 zones show, 1 chosen$/.test(document.querySelector('.zonefind [role=status]').innerText) && document.querySelector('input[value="site-1234"]').offsetParent`)
	b.do(chromedp.Focus(chromedp.CSS("#roles")))
	key(kb.Enter)
	b.until("the change by its name", `/Branch Library 1234/.test(document.querySelector('.table')?.innerText) && document.querySelector('#confirmroles')`)
	b.live()
	b.do(chromedp.Focus(chromedp.CSS("#confirmroles")))
	key(kb.Enter)
	b.until("what is chosen, before all others", `location.pathname === '/users/`+who.ID+`' && document.querySelector('.zonelist input')?.value === 'site-1234' && document.querySelector('.zonelist input').checked`)
	if now, _ := m.store.User(who.ID); !slices.Equal(now.Zones, []string{"site-1234"}) {
		t.Errorf("the account has %v", now.Zones)
	}
	b.quiet()
}
