// Package theme is how the kiosk looks: colours by role, the type scale, and the rectangles that pages are cut from.
//
// Everything is given in the units of an 800x480 page and multiplied by the scale of the real window, so that a page keeps its
// proportions from 800x480 to 1920x1080. A colour is asked for by its role, never by its value: yellow means help, teal means done
// or chosen, red means that staff must phone, violet means drill, and nothing else has those colours.
package theme
