# ./run test [STAGE...]: everything that must hold before a change is taken. Ends with the counts.

known="lint unit race kernel window desk stories"
stages=${*:-$known}
for stage in $stages; do
	case " $known " in
	*" $stage "*) ;;
	*) die "There is no stage $stage. There are: $known" ;;
	esac
done
wants() {
	for one; do
		case " $stages " in *" $one "*) return 0 ;; esac
	done
	return 1
}

need_go
results=${SYZ_RESULTS:-$top/.cache/results}
[ -n "${SYZ_RESULTS:-}" ] || rm -f "$results"
# Where everything is meant to be installed, a test that misses something has found a fault.
strict=
[ "${CI:-}" != true ] || strict=-strict
# Pictures that tests take are kept here to be looked at.
export SYZ_ARTIFACTS="$top/.cache/artifacts"
mkdir -p "$SYZ_ARTIFACTS"

packages=
if wants lint window stories; then packages="$packages $window_packages"; fi
if wants race; then packages="$packages gcc libc6-dev libxml2-utils"; fi
if wants window stories; then packages="$packages xvfb xauth xdotool imagemagick matchbox-window-manager x11-utils fonts-noto-core fonts-noto-cjk"; fi
if wants unit desk stories; then packages="$packages dpkg chromium fonts-noto-core fonts-noto-cjk espeak-ng libxml2-utils"; fi
# shellcheck disable=SC2086 # a list of words
need_packages "for the tests" $packages

CGO_ENABLED=0 go build -o "$bin/testsum" ./.ci/testsum

# title says which stage begins and why it exists.
title() { printf '\n== %s: %s\n' "$1" "$2"; }

# run_tests STAGE CGO ARGUMENT... runs go test and counts. Its own exit code does not stop the next stage.
run_tests() {
	stage=$1 cgo=$2
	shift 2
	CGO_ENABLED=$cgo go test -json "$@" | "$bin/testsum" -stage "$stage" -results "$results" $strict || true
}

# paths lists the packages of the product that match one expression and not another, as go list names them.
paths() { CGO_ENABLED=0 go list -e ./... ./.ci/testsum | grep -E "$1" | grep -vE "$2" || true; }

# lint_one WHAT DIRECTORY CGO PATH... counts as one check.
lint_one() {
	what=$1 where=$2 cgo=$3
	shift 3
	if (cd "$where" && CGO_ENABLED=$cgo "$bin/golangci-lint" run --config "$top/.ci/golangci.yml" "$@"); then
		echo "ok    $what" && clean=$((clean + 1))
	else
		echo "FAIL  $what" && dirty=$((dirty + 1))
	fi
}

if wants lint; then
	title lint "gofumpt, go vet, staticcheck and more, as .ci/golangci.yml says"
	lint_tool
	clean=0 dirty=0 since=$(date +%s)
	# Two ways of building, so that nothing is compiled a second time only to be looked at.
	# shellcheck disable=SC2046 # a list of paths
	lint_one "kiosk, device, broker, cmd" . 0 $(paths . '/cmd/syz-kiosk(/|$)' | sed 's#^safeyouthzone/#./#')
	lint_one "cmd/syz-kiosk" . 1 ./cmd/syz-kiosk/...
	lint_one "packaging" packaging 0 ./...
	for script in run .ci/*.sh packaging/kiosk/display packaging/kiosk/session packaging/scripts/*; do
		if sh -n "$script"; then clean=$((clean + 1)); else dirty=$((dirty + 1)); fi
	done
	"$bin/testsum" -results "$results" -record "lint $clean $dirty 0 $(($(date +%s) - since))" || true
fi

elsewhere='safeyouthzone/(cmd/(syz-kiosk|syz-sim)|broker/internal/desk)(/|$)'
if wants unit; then
	title unit "rules, properties, fuzz seeds and every screen, without a C compiler or a display"
	# shellcheck disable=SC2046 # a list of paths
	run_tests unit 0 -timeout 5m $(paths . "$elsewhere")
	(cd packaging && run_tests packaging 0 ./...)
fi
if wants race; then
	title race "what runs at the same time, under the race detector (the screens have one goroutine and stay out)"
	# shellcheck disable=SC2046 # a list of paths
	run_tests race 1 -race -short -timeout 8m $(paths '/(broker|device)(/|$)' 'safeyouthzone/broker/internal/desk')
fi
if wants kernel; then
	title kernel "the button's driver, its loop and the outbox on a stock kernel in an emulated machine; power cuts, watchdogs"
	since=$(date +%s) code=0
	rm -f .cache/kernel.count
	./run kernel -count .cache/kernel.count || code=$?
	count=$(cat .cache/kernel.count 2>/dev/null || echo "0 1") skipped=0
	[ "$code" -ne 3 ] || count="0 0" skipped=1
	"$bin/testsum" -results "$results" -record "kernel $count $skipped $(($(date +%s) - since))" || true
fi
if wants window; then
	title window "the real window on an X server without hardware, with real clicks"
	run_tests window 1 -count=1 -timeout 10m ./cmd/syz-kiosk/...
fi
if wants desk; then
	title desk "the responder desk, in Chromium too"
	run_tests desk 0 -count=1 ./broker/internal/desk/...
fi
if wants stories; then
	title stories "whole calls for help through the real programs"
	say "Building the programs."
	if (build "$bin" 0 "" syz-broker syz-agent syzctl syz-relay syz-sim && build "$bin" 1 "" syz-kiosk); then
		export SYZ_BIN="$bin"
		run_tests stories 0 -count=1 -timeout 20m ./cmd/syz-sim/...
	else
		"$bin/testsum" -results "$results" -record "stories 0 1 0 0" || true
	fi
fi
exec "$bin/testsum" -total -results "$results"
