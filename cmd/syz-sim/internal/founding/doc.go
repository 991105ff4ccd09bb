// Package founding plays the county's founding fact sheet through a real broker: a made-up case file with the sheet's totals is entered
// at the desk, as people of the agencies would, and the sheet that comes back is compared.
//
// Only the totals are the founding sheet's own: 131 recoveries, 112 individuals, 15.7 years, 141 and 16 arrests, the stations and their
// days. How they divide into categories is invented, because the founding sheet's charts are lost. No case is a real one.
package founding
