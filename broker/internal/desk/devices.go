package desk

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// fault is what is wrong with a device and what to do about it.
type fault struct {
	Words, Do string
	Since     time.Time
}

// reading is one thing that a device measures of itself.
type reading struct {
	Name, Words string
	Bad         bool
}

type deviceRow struct {
	Device
	Zone     Zone
	Status   status
	Faults   []fault
	Readings []reading
}

// zoneRow is one zone with its devices.
type zoneRow struct {
	Zone    Zone
	Devices []deviceRow
	Up      int // how many can call for help now
}

// pathTest is the trouble of a device whose path test did not come back.
const pathTest = "path_test"

// troubleWords knows the codes that devices send; one that it does not know is shown as it is.
func troubleWords(code string) (words, do string) {
	switch code {
	case "button_held", "button_stuck":
		return "The panic button is held down or stuck", "Ask staff to free the button; the screen still calls for help"
	case "button_fault", "button_cut", "button_wire":
		return "The panic button’s wire is cut or shorted", "Tell staff to use the screen; send a technician"
	case "disk", "disk_full", "disk_fault":
		return "The device can not store", "Calls are sent but not kept; replace the device"
	case "clock", "clock_unset", "time":
		return "The device’s clock is not set", "Calls still arrive with their age; check its network"
	case "outbox", "outbox_full":
		return "Events pile up in the device", "Check its link; send a technician"
	case "rejected":
		return "Something it sent can never be accepted", "Phone the zone now, then tell those who run the desk"
	case "certificate":
		return "Its certificate ends soon", "It renews by itself; if this stays a day, enrol it again"
	case "enrolment", "not_enrolled":
		return "It is not enrolled", "Enrol it with a new code"
	case pathTest:
		return "Its last test of the whole way to this desk did not come back", "Phone the zone: staff should not rely on it. Then tell those who run the desk"
	case "walk_test":
		return "The last walk test of its button did not pass", "Repeat it at the screen; if it fails again, send a technician"
	case "tamper":
		return "Its case is open", "Phone the zone: somebody should look at it"
	case "under_voltage":
		return "Its power supply is too weak", "Replace the supply or its cable"
	case "hot":
		return "It is too hot", "See to its ventilation"
	case "disk_space":
		return "Its disk is almost full", "Send a technician"
	case "indicator":
		return "A lamp, buzzer or chime can not be driven", "Calls for help still work; send a technician"
	case "settings":
		return "It has settings that are not the county’s", "Tell those who run the devices"
	case "socket":
		return "Its screen can not reach it", "Staff must use the button or phone; send a technician"
	case "faces":
		return "Its screen lacks the typefaces of some languages, and does not offer them", "Install the packages fonts-noto-core and fonts-noto-cjk on it, then restart the kiosk"
	case "voice":
		return "Its screen can not read pages aloud", "Install the package espeak-ng on it, or switch speech off in kiosk.toml; then restart the kiosk"
	case "contacts":
		return "Nobody has checked its phone numbers in half a year", "Call each number, then set the day in the zone’s settings"
	case "outbox_damage":
		return "A part of what it had stored was unreadable at its start", "Phone the zone: was a call for help lost? Then replace its disk"
	case "input":
		return "A contact beside the button can not be read", "Calls for help still work; send a technician"
	case "power":
		return "Its power supply has a fault", "Send a technician"
	default:
		return "Trouble: " + code, "Tell those who run the devices"
	}
}

func (d *Desk) deviceRows() []deviceRow {
	var rows []deviceRow
	now := d.opt.Clock()
	for _, v := range d.opt.Fleet.Devices() {
		rows = append(rows, d.deviceRow(v, now))
	}
	slices.SortFunc(rows, func(a, b deviceRow) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Zone.Name, b.Zone.Name), cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// weight puts first what needs somebody.
func weight(r deviceRow) int {
	return slices.Index([]string{"lost", "trouble", "offline", "online"}, r.Status.Class)
}

func (d *Desk) deviceRow(v Device, now time.Time) deviceRow {
	row := deviceRow{Device: v, Zone: d.zone(v.Zone)}
	switch {
	case v.Lost:
		row.Status = status{"lost", "unlink", "Lost"}
		row.Faults = append(row.Faults, fault{
			"Not heard since " + d.dated(v.LastSeen),
			"Phone the zone: staff must call for help by phone until it is back",
			time.Time{},
		})
	case !v.Online:
		row.Status = status{"offline", "unlink", "Not connected"}
		row.Faults = append(row.Faults, fault{"It closed its connection", "It may be restarting. If it stays away it becomes lost", time.Time{}})
	case len(v.Troubles) > 0 || v.Path.Late:
		row.Status = status{"trouble", "alert", "Trouble"}
	default:
		row.Status = status{"online", "link", "Online"}
	}
	row.Readings = readings(v, now)
	for _, t := range v.Troubles {
		row.Faults = append(row.Faults, troubleRow(t, now))
	}
	if v.Path.Late && !v.Lost && !slices.ContainsFunc(v.Troubles, func(t wire.Trouble) bool { return t.Code == pathTest }) {
		_, do := troubleWords(pathTest)
		row.Faults = append(row.Faults, fault{"It has not proved its way to this desk in time", do, v.Path.At})
	}
	return row
}

func troubleRow(t wire.Trouble, now time.Time) fault {
	words, do := troubleWords(t.Code)
	return fault{words, do, now.Add(-time.Duration(t.ForMS) * time.Millisecond)}
}

// devicesView is the devices by zone: the zones that need somebody first.
type devicesView struct {
	Zones    []zoneRow
	Total    int
	Troubled int
	Silent   int // zones of which no device can call for help
}

func (d *Desk) devicesView() devicesView {
	rows := d.deviceRows()
	v := devicesView{Total: len(rows)}
	at := map[string]int{}
	for _, row := range rows {
		i, ok := at[row.Zone.ID]
		if !ok {
			i = len(v.Zones)
			at[row.Zone.ID] = i
			v.Zones = append(v.Zones, zoneRow{Zone: row.Zone})
		}
		z := &v.Zones[i]
		z.Devices = append(z.Devices, row)
		if row.Online && !row.Lost {
			z.Up++
		}
		if row.Status.Class != "online" {
			v.Troubled++
		}
	}
	for _, z := range v.Zones {
		if z.Up == 0 {
			v.Silent++
		}
	}
	return v
}

func (d *Desk) devicesPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "devices", "Zones and devices", d.devicesView())
}

func (d *Desk) devicesPart(w http.ResponseWriter, _ *http.Request, _ Seat) {
	d.render(w, http.StatusOK, "devicetable", d.devicesView())
}
