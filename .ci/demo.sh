# ./run demo: builds the programs and starts a county on this machine.

headless=no
for argument; do
	case "$argument" in
	--headless | --headless=true | -headless) headless=yes ;;
	esac
done

if [ "$headless" = no ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	say "There is no display here, so there is no window either: pictures of the screen are written instead."
	headless=yes
	set -- --headless "$@"
fi

need_go
if [ "$headless" = yes ]; then
	say "Demo without a window: nothing is installed. Building four programs; the first build takes 1 to 2 minutes."
	build "$bin" 0 "" syz-broker syz-agent syzctl syz-sim
else
	say "Demo with the kiosk's window. It needs Debian packages for that; ./run demo --headless does without."
	# shellcheck disable=SC2086 # a list of words
	need_packages "to build and show the window" $window_packages
	say "Building five programs; the first build takes 3 to 5 minutes, later ones seconds."
	build "$bin" 0 "" syz-broker syz-agent syzctl syz-sim
	build "$bin" 1 "" syz-kiosk
fi
say "Starting."
exec "$bin/syz-sim" demo --bin "$bin" "$@"
