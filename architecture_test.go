// Package hexiao_test holds the repository's own rules: which package may import which, which library may be used where,
// and the few habits that a linter cannot see. It reads the sources without compiling them, so it knows nothing of types:
// what hides behind a build tag is judged like the rest, what hides behind reflection or an alias of a function is not seen.
// Every rule is a function over the files it read; TestEveryRuleCanFail plants a breach of each.
package hexiao_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

const module = "hexiao/"

// room is one row of the import table: a package, the packages of this module that its production files import, and why it exists.
type room struct{ path, imports, why string }

// importTable is the architecture. A new package or a new arrow enters it together with its reason, in the same commit.
func importTable() []room {
	return []room{
		{"assets", "", "fonts, sounds, pictures and words as bytes; knows no Fyne, so that anything may use it"},
		{"assets/sounds", "", "the program that makes the bundled sounds and voices; run by hand, imported by nobody"},
		{"kiosk", "", "the domain: pure rules, run alike at the terminal and at HQ"},
		{"kiosk/books", "kiosk kiosk/desk kiosk/pinyin", "the leader's index over a store that it does not import: found, counted, by the day"},
		{"kiosk/boltstore", "kiosk kiosk/desk kiosk/hqring kiosk/journal kiosk/signedcode", "the Ledger of the desk: orders and derived state in bbolt over the journal"},
		{"kiosk/boltstore/yeartest", "kiosk kiosk/boltstore kiosk/journal kiosk/kiosktest", "data folders after a year of use, for benchmarks and tests"},
		{"kiosk/config", "kiosk", "the terminal's settings and keys"},
		{"kiosk/crashtest", "kiosk kiosk/boltstore kiosk/desk kiosk/hqring kiosk/journal kiosk/kiosktest", "every power cut that recorded runs of the store can meet; for tests, which run the store as processes"},
		{"kiosk/damagetest", "", "tests only: damages a terminal's files by the thousand and starts the store on them"},
		{"kiosk/daybook", "kiosk kiosk/desk", "a business day as tables, CSV and XLSX; apart from the screens, because it needs none"},
		{"kiosk/desk", "kiosk kiosk/invoicetitle", "the counter's state machine; declares the Ledger it needs instead of importing a store"},
		{"kiosk/hqring", "kiosk", "the keys of HQ that a terminal trusts: client, store and journal ask it, and HQ makes what it checks"},
		{"kiosk/invoicetitle", "", "tax numbers and the codes of invoice titles; rules of the tax office, which know no orders"},
		{"kiosk/journal", "kiosk kiosk/hqring", "the log of the domain's events, the truth of this terminal"},
		{"kiosk/journal/journaltest", "kiosk/journal", "a file system that forgets what was not synced, and fails when told to"},
		{"kiosk/kiosktest", "kiosk kiosk/books kiosk/desk kiosk/hqring kiosk/seal kiosk/signedcode", "builders, an in-memory Ledger and the contract that every Ledger passes"},
		{"kiosk/ordertable", "kiosk kiosk/seal", "order tables (CSV, XLSX, JSON) to sealed orders, the same for terminal and HQ"},
		{"kiosk/pinyin", "", "how Chinese text is typed in letters; for the index of names and the search"},
		{"kiosk/printer", "kiosk/receipt", "ESC/POS receipt printers over USB, serial lines and the network, and the queue before them"},
		{"kiosk/printer/printertest", "kiosk/receipt", "a printer for tests: bytes back into dots, and its troubles"},
		{"kiosk/receipt", "assets kiosk", "what stands on a printed slip, as a value and as dots; knows no Fyne, so that a terminal without a screen prints"},
		{"kiosk/signedcode", "kiosk", "codes that HQ signs and a terminal checks offline; apart from kiosk, which knows no keys"},
		{"kiosk/seal", "kiosk kiosk/pinyin", "sealing of an order's personal data and its blind indexes"},
		{"kiosk/stick", "", "USB sticks: found, mounted, written to so that a file is whole or not there"},
		{"kiosk/ui", "assets kiosk/desk kiosk/ui/look kiosk/ui/screen", "the window: routes the desk's State to a screen"},
		{"kiosk/ui/look", "assets", "theme and components; below the screens, because window and screens both need it"},
		{"kiosk/ui/sample", "kiosk kiosk/desk", "made-up states of every screen, for the gallery and the golden pictures"},
		{"kiosk/ui/screen", "kiosk kiosk/desk kiosk/ui/look", "one file a screen: the desk's State in, callbacks out"},
		{"scanner", "", "what a scan and a source are; a library of its own"},
		{"scanner/camera", "scanner scanner/luma", "frames from cameras and files"},
		{"scanner/decode", "scanner scanner/luma", "a gray frame in, texts out"},
		{"scanner/luma", "", "brightness out of JPEG, PNG and PGM; camera and decode both need it"},
		{"scanner/plugged", "", "names of devices that outlast a replug; serial, wedge and the doctor need them"},
		{"scanner/scanbench", "", "tests only: measures the reader of codes beside other readers, on photographs and on what scannertest draws"},
		{"scanner/scannertest", "scanner", "frames and presentations as a camera sees them, byte streams and pty pairs for tests"},
		{"scanner/scannertest/lawtest", "", "tests only: holds laws to inputs by the million, the domain's too"},
		{"scanner/serial", "scanner scanner/plugged", "scanners on a serial line"},
		{"scanner/wedge", "scanner scanner/plugged", "scanners that type like a keyboard"},
		{"sync/client", "kiosk kiosk/hqring sync/wire", "HQ over HTTP: the domain's events out, orders in, by the contract"},
		{"sync/conformance", "kiosk kiosk/hqring sync/wire", "a server held to the contract from the outside; knows no HQ of ours, so that it tries any"},
		{"sync/engine", "kiosk", "when to push and pull; declares the Outbox and Remote it needs"},
		{"sync/hq", "kiosk kiosk/hqring kiosk/journal kiosk/ordertable kiosk/seal kiosk/signedcode sync/wire", "the platform: imports, codes, settling by the domain's rules; declares its Store"},
		{"sync/hq/archive", "kiosk sync/hq", "all of a store as one stream, into a store of any kind: backups and moves"},
		{"sync/hq/accounts", "kiosk sync/hq", "who may look at HQ's pages: accounts, sessions, second factors, the audit log"},
		{"sync/hq/boltstore", "kiosk sync/hq sync/wire", "HQ's embedded Store; of the wire only how long a signature is good"},
		{"sync/hq/hqtest", "kiosk kiosk/ordertable sync/hq sync/hq/boltstore sync/hq/hqtest/pgtest sync/hq/pgstore", "the contract that every Store passes, and an HQ inside the test"},
		{"sync/hq/dashboard", "assets kiosk kiosk/daybook sync/hq sync/hq/accounts sync/hq/reconcile sync/hq/tally", "HQ's web pages; the room where HQ's packages are shown, so it may import them all; of the daybook how tables become files"},
		{"sync/hq/hqtest/pgtest", "", "tests only: a real PostgreSQL, which knows nothing of HQ, so that any test may have one"},
		{"sync/hq/pgstore", "kiosk sync/hq sync/hq/pgstore/db sync/wire", "HQ's Store on PostgreSQL, for many HQs at once; of the wire how long a signature is good, and that HQ is busy"},
		{"sync/hq/pgstore/db", "", "what sqlc makes of pgstore's SQL; apart from it, since all of it is generated"},
		{"sync/hq/headlog", "kiosk kiosk/hqring kiosk/journal sync/hq", "a signed log of the heads that HQ acknowledged, and the check of its events and of exported journals against it"},
		{"sync/hq/tally", "kiosk sync/hq", "HQ's figures: sums over orders and events, kept with what they count; settling days in money"},
		{"sync/hq/reconcile", "kiosk kiosk/daybook sync/hq", "days at points compared entry by entry; its spreadsheets are written like the terminals' day books"},
		{"sync/hq/intake", "kiosk kiosk/ordertable kiosk/seal sync/hq", "orders from elsewhere: sources of tables, other systems' interface, shops that are asked, customers' links, consignments"},
		{"sync/hq/webhook", "kiosk sync/hq", "tells other systems what happens: a queue within HQ's transactions, and who sends it"},
		{"sync/simulation", "", "tests only: a point's bad weeks in virtual time, with porcupine as the judge"},
		{"sync/uptest", "", "tests only: what a terminal recorded over weeks goes up to a real HQ, over networks that lose, double and reorder"},
		{"sync/wire", "kiosk kiosk/hqring", "the contract between terminal and HQ, and its way to and from the domain"},
		{"cmd/internal/cli", "", "what the commands have in common: parsing, exit codes, progress"},
		{"cmd/internal/hardwaretest", "kiosk/printer kiosk/printer/printertest kiosk/receipt scanner scanner/camera scanner/decode scanner/scannertest scanner/serial scanner/wedge",
			"the sources against real drivers in a guest, whose hands it is; .ci/test-hardware runs it"},
		{"cmd/internal/nettest", "", "tests only: HQ and terminals as processes in network namespaces, on a network that fails"},
		{"cmd/internal/powercut", "", "power cuts of a real ext4 under the real kioskctl, which it knows by its commands alone; .ci/crash-ext4 runs it"},
		{"cmd/internal/terminal", "kiosk kiosk/books kiosk/boltstore kiosk/config kiosk/daybook kiosk/desk kiosk/hqring kiosk/journal kiosk/ordertable kiosk/printer kiosk/receipt kiosk/seal " +
			"kiosk/stick scanner scanner/camera scanner/decode scanner/plugged scanner/serial scanner/wedge sync/client sync/engine", "the terminal put together without a screen; siblings meet here"},
		{"cmd/gallery", "cmd/internal/cli kiosk/desk kiosk/ui kiosk/ui/look kiosk/ui/sample", "every screen in every state"},
		{"cmd/hq", "cmd/internal/cli kiosk kiosk/daybook kiosk/hqring kiosk/ordertable sync/client sync/hq sync/hq/accounts sync/hq/archive sync/hq/boltstore sync/hq/dashboard sync/hq/headlog sync/hq/intake sync/hq/pgstore sync/hq/reconcile sync/hq/tally sync/hq/webhook sync/wire", "the platform server and its tools; hq load plays terminals"},
		{"cmd/kiosk", "assets cmd/internal/cli cmd/internal/terminal kiosk/config kiosk/desk kiosk/ui", "the terminal with its window"},
		{"cmd/kioskctl", "cmd/internal/cli cmd/internal/terminal kiosk kiosk/desk kiosk/hqring kiosk/journal kiosk/ordertable kiosk/printer kiosk/receipt kiosk/signedcode scanner scanner/camera scanner/decode sync/conformance",
			"the terminal without a window, and its tools"},
	}
}

// fence keeps libraries inside (only) or outside (never) some packages. Every name may end in /... for all below it.
type fence struct{ libraries, only, never, why string }

func fences() []fence {
	return []fence{
		{"fyne.io/fyne/v2/app", "cmd/kiosk cmd/gallery", "", "it starts the desktop driver; everything else runs without a display"},
		{"fyne.io/...", "kiosk/ui/... cmd/kiosk cmd/gallery", "", "Fyne costs minutes of C to build and cannot run on a server"},
		{"github.com/jezek/xgb/...", "cmd/kiosk", "", "only the program with the window has a display"},
		{"go.etcd.io/bbolt/...", "kiosk/boltstore sync/hq/boltstore", "", "the rest of the program must not care how things are stored"},
		{"github.com/jackc/pgx/... github.com/pressly/goose/...", "sync/hq/pgstore/... sync/hq/hqtest/pgtest", "", "the rest of the program must not care how things are stored"},
		{"net net/http os os/exec os/signal syscall", "", "kiosk kiosk/desk kiosk/seal", "the domain does no input or output: pass the bytes in"},
		{"testing/... net/http/httptest pgregory.net/rapid github.com/google/go-cmp/... go.uber.org/goleak github.com/rogpeppe/go-internal/testscript",
			"kiosk/kiosktest kiosk/printer/printertest scanner/scannertest/... sync/hq/hqtest/...", "", "it belongs to tests"},
	}
}

// reach says what a package must not depend on, however many packages of this module lie between.
type reach struct{ from, never, why string }

func reaches() []reach {
	return []reach{
		{"cmd/internal/terminal", "fyne.io/...", "the terminal without a screen builds without C"},
		{"cmd/kioskctl", "fyne.io/...", "it builds with CGO_ENABLED=0 and runs without a display"},
		{"cmd/hq", "fyne.io/...", "it builds with CGO_ENABLED=0 and runs on a server"},
		{"cmd/hq", module + "scanner/...", "HQ has no scanners"},
	}
}

// arrows gives, for each package with production files, its imports and for each of them the files that import it.
func arrows(files []file) map[string]map[string][]string {
	g := map[string]map[string][]string{}
	for _, f := range files {
		if !f.production() {
			continue
		}
		if g[f.dir] == nil {
			g[f.dir] = map[string][]string{}
		}
		for _, imp := range f.imports {
			g[f.dir][imp] = append(g[f.dir][imp], f.path)
		}
	}
	return g
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// matches reports whether name is one of the space-separated patterns.
func matches(patterns, name string) bool {
	for p := range strings.FieldsSeq(patterns) {
		if below, ok := strings.CutSuffix(p, "/..."); p == name || ok && (name == below || strings.HasPrefix(name, below+"/")) {
			return true
		}
	}
	return false
}

func checkTable(table []room, files []file) (complaints []string) {
	graph, listed := arrows(files), map[string]bool{}
	for _, r := range table {
		listed[r.path] = true
		if r.why == "" {
			complaints = append(complaints, fmt.Sprintf("the row of %s in importTable gives no reason: say why the package exists", r.path))
		}
		if graph[r.path] == nil {
			complaints = append(complaints, fmt.Sprintf("importTable lists %s, which has no Go file: build it, or delete its row", r.path))
			continue
		}
		for imp := range strings.FieldsSeq(r.imports) {
			if graph[r.path][module+imp] == nil {
				complaints = append(complaints, fmt.Sprintf("importTable lets %s import %s, which it does not: take %q out of its row", r.path, imp, imp))
			}
		}
		for _, imp := range sortedKeys(graph[r.path]) {
			if inside, ok := strings.CutPrefix(imp, module); ok && !matches(r.imports, inside) {
				complaints = append(complaints, fmt.Sprintf("%s imports %s (%s), which its row in importTable does not list: remove the import, or add %q with its reason",
					r.path, inside, strings.Join(graph[r.path][imp], ", "), inside))
			}
		}
	}
	for _, pkg := range sortedKeys(graph) {
		if !listed[pkg] {
			var inside []string
			for _, imp := range sortedKeys(graph[pkg]) {
				if in, ok := strings.CutPrefix(imp, module); ok {
					inside = append(inside, in)
				}
			}
			complaints = append(complaints, fmt.Sprintf("package %s is not in importTable: add {%q, %q, \"why it exists\"}, or move its code to a listed package",
				pkg, pkg, strings.Join(inside, " ")))
		}
	}
	return complaints
}

func checkFences(files []file) (complaints []string) {
	graph := arrows(files)
	for _, pkg := range sortedKeys(graph) {
		for _, imp := range sortedKeys(graph[pkg]) {
			for _, f := range fences() {
				inside := f.only == "" || matches(f.only, pkg)
				if matches(f.libraries, imp) && (!inside || matches(f.never, pkg)) {
					complaints = append(complaints, fmt.Sprintf("%s imports %s: %s; take it out of %s", pkg, imp, f.why, strings.Join(graph[pkg][imp], ", ")))
				}
			}
		}
	}
	return complaints
}

func checkReach(files []file) (complaints []string) {
	graph := arrows(files)
	for _, r := range reaches() {
		seen := map[string]bool{r.from: true}
		for ways := [][]string{{r.from}}; len(ways) > 0; ways = ways[1:] { // breadth first: the shortest way is told
			way := ways[0]
			for _, imp := range sortedKeys(graph[way[len(way)-1]]) {
				if matches(r.never, imp) {
					complaints = append(complaints, fmt.Sprintf("%s must not reach %s (%s): cut an arrow of %s -> %s",
						r.from, imp, r.why, strings.Join(way, " -> "), imp))
				}
				if inside, ok := strings.CutPrefix(imp, module); ok && !seen[inside] {
					seen[inside] = true
					ways = append(ways, append(slices.Clip(way), inside))
				}
			}
		}
	}
	return complaints
}

func checkTestPackages(files []file) (complaints []string) {
	for _, f := range files {
		for _, imp := range f.imports {
			if f.production() && !strings.HasSuffix(f.dir, "test") && strings.HasPrefix(imp, module) && strings.HasSuffix(imp, "test") {
				complaints = append(complaints, fmt.Sprintf("%s imports the test package %s: move what it needs into a production package", f.path, imp))
			}
		}
	}
	return complaints
}

func checkFolders(files []file) (complaints []string) {
	for _, f := range files {
		top, _, nested := strings.Cut(f.path, "/")
		if nested && !strings.HasPrefix(top, ".") && !matches("assets cmd kiosk scanner sync", top) {
			complaints = append(complaints, fmt.Sprintf("%s: the top level is fixed; move it below assets, cmd, kiosk, scanner or sync", f.path))
		}
		if path.Ext(f.path) == ".go" && matches("sync cmd cmd/internal", f.dir) {
			complaints = append(complaints, fmt.Sprintf("%s: %s is a shelf without Go files; move it into a package below", f.path, f.dir))
		}
		if path.Ext(f.path) == ".go" && f.dir == "." && !matches("architecture_test.go repository_test.go", f.path) {
			complaints = append(complaints, fmt.Sprintf("%s: the root has no Go file but the rules' own; move it into a package", f.path))
		}
	}
	return complaints
}
