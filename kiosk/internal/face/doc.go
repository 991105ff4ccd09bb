// Package face finds the typefaces of the kiosk's languages on this machine and says which face draws which words, and in which order.
//
// Latin, Greek and Cyrillic letters are drawn with the face that Fyne brings along. The others come from Debian's font packages
// (fonts-noto-core, fonts-noto-cjk), are looked for when the kiosk starts and read when they are first needed. Of the 19 MB of Chinese,
// Japanese and Korean letters only those that the kiosk says are kept in memory. A language whose face is not there is not offered:
// [Book.Missing] names it, and that is a fault of the device.
//
// Fyne lays a string out from left to right and chooses faces by itself. So words are cut into [Run]s here: each of one face and one
// direction, in the order in which the eye meets them.
package face
