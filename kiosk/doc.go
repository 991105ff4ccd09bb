// Package kiosk is the touch screen of a zone: a neutral page with a door to help, the youth's page of a call, and the pages of staff.
//
// cmd/syz-kiosk opens it in a real window; kiosktest opens it without one. It talks only to the agent of its device, through
// [Client], and shows what that says and nothing more. Everything that happens goes through the pure state machine of
// internal/flow; calls to the agent run beside the screen and never behind it, so that a slow screen delays no call for help and a
// slow agent delays no tap.
//
// When the agent is silent for six seconds the screen says that this help point is not working and whom to tell. When a call can
// not be handed to the agent, staff see at once which number to phone, and the call is offered again for two minutes. When the
// window dies, the agent and its button go on without it.
package kiosk
