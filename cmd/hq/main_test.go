package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hq": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"await": await,
	}})
}

// await waits until a file holds a line, as a server writes when it is ready.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		if raw, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && bytes.HasSuffix(raw, []byte("\n")) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s stays empty", args[0])
		}
	}
}

// command runs hq and gives what it printed.
func command(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, strings.NewReader("order,product,quantity\nIN,milk,1\n"), &out, &errs, func(k string) string { return env[k] })
	return code, out.String(), errs.String()
}

// must runs hq, which must not fail, and gives its lines.
func must(t *testing.T, args ...string) []string {
	t.Helper()
	code, out, errs := command(t, nil, args...)
	if code != 0 {
		t.Fatalf("hq %v: exit %d, %s", args, code, errs)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}

// buffer may be read while a server writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// server runs hq serve on a free port until stop.
func server(t *testing.T, env map[string]string, args ...string) (address string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	lines, out := io.Pipe()
	var errs buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...), strings.NewReader(""), out, &errs, func(k string) string { return env[k] })
		_ = out.Close()
		ended <- code
	}()
	stop = sync.OnceValues(func() (int, string) {
		cancel()
		return <-ended, errs.String()
	})
	t.Cleanup(func() { stop() })
	var ready struct{ Listening string }
	if err := json.NewDecoder(lines).Decode(&ready); err != nil || ready.Listening == "" {
		code, text := stop()
		t.Fatalf("no line with an address: %v, exit %d, %s", err, code, text)
	}
	return ready.Listening, stop
}

func TestServeAndCommandsBesideIt(t *testing.T) {
	defer goleak.VerifyNone(t)
	db := filepath.Join(t.TempDir(), "hq.db")
	address, stop := server(t, nil, "--db", db, "--sample", "12", "--sample-trouble", "9", "--verbose")
	if got := must(t, "orders", "list", "--db", db, "--point", "P001", "--json"); len(got) != 21 || got[0][:36] != `{"order":"S0000001","status":"arrive` {
		t.Errorf("orders: %v", got)
	}
	token := must(t, "admin", "token", "--db", db)[0]
	if info, err := os.Stat(db + ".server"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the server's file: %v, %v", info.Mode(), err)
	}
	code, out, errs := command(t, map[string]string{"HQ_TOKEN": token}, "kiosk", "code", "--hq", "http://"+address+"/", "--point", "P001")
	if code != 0 || len(strings.TrimSpace(out)) != 14 {
		t.Errorf("from elsewhere: exit %d, %q, %s", code, out, errs)
	}
	for _, c := range []struct {
		env  map[string]string
		url  string
		exit int
		text string
	}{
		{nil, "http://" + address, 1, "$HQ_TOKEN"},
		{map[string]string{"HQ_TOKEN": "wrong"}, "http://" + address, 1, "token is missing or wrong"},
		{map[string]string{"HQ_TOKEN": token}, "http://127.0.0.1:1", 1, "does not answer"},
		{map[string]string{"HQ_TOKEN": token}, "http://" + address + "/elsewhere", 1, "is it the address of an hq server"},
		{map[string]string{"HQ_TOKEN": token}, "ftp://x", 2, "http or https"},
	} {
		if code, out, errs := command(t, c.env, "conflicts", "--hq", c.url); code != c.exit || !strings.Contains(errs, c.text) || out != "" {
			t.Errorf("--hq %s: exit %d, %s", c.url, code, errs)
		}
	}
	// Another server cannot take the store.
	if code, _, errs := command(t, nil, "serve", "--db", db, "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(errs, "another process holds the store") {
		t.Errorf("a second server: exit %d, %s", code, errs)
	}
	code, errs = stop()
	if code != 0 || !strings.Contains(errs, `"sample filled in","orders":21`) || strings.Contains(errs, token) {
		t.Errorf("the end: exit %d, %s", code, errs)
	}
	if _, err := os.Stat(db + ".server"); !os.IsNotExist(err) {
		t.Errorf("the server's file is still there: %v", err)
	}
	// Without the server the same commands open the store themselves.
	must(t, "orders", "cancel", "--db", db, "S0000003")
	if got := must(t, "codes", "--db", db, "--point", "P001", "--json"); len(got) != 17 { // less four cancelled or refunded
		t.Errorf("%d open orders", len(got))
	}
	if code, _, errs := command(t, nil, "admin", "token", "--db", db); code != 1 || !strings.Contains(errs, "no server holds") {
		t.Errorf("a token without a server: exit %d, %s", code, errs)
	}
	// A store with a point gets no second sample.
	_, stop = server(t, map[string]string{"HQ_TOKEN": "chosen"}, "--db", db, "--sample", "5")
	if got := must(t, "admin", "token", "--db", db); got[0] != "chosen" {
		t.Errorf("the token is %q", got)
	}
	if code, errs := stop(); code != 0 || !strings.Contains(errs, "not empty") {
		t.Errorf("a second sample: exit %d, %s", code, errs)
	}
}

func TestHeldByAnotherProgram(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	store, err := boltstore.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if code, _, errs := command(t, nil, "conflicts", "--db", db); code != 1 || !strings.Contains(errs, "another process holds the store") {
		t.Errorf("exit %d, %s", code, errs)
	}
	if err := os.WriteFile(db+".server", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, nil, "conflicts", "--db", db); code != 1 || !strings.Contains(errs, "not readable") {
		t.Errorf("a damaged server file: exit %d, %s", code, errs)
	}
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	db, pictures := filepath.Join(dir, "hq.db"), filepath.Join(dir, "qr")
	must(t, "point", "add", "--db", db, "P1", "x")
	table := filepath.Join(dir, "t.csv")
	if err := os.WriteFile(table, []byte("order,product,quantity\n../A,milk,1\n.B,milk,1\n%2E.,milk,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "orders", "import", "--db", db, "--point", "P1", table)
	rows := must(t, "codes", "--db", db, "--point", "P1", "--png", pictures, "--json")
	for _, line := range rows {
		var row hq.CodeRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		name := map[kiosk.OrderID]string{"../A": "%2E.%2FA.png", ".B": "%2EB.png", "%2E.": "%252E..png"}[row.Order]
		f, err := os.Open(filepath.Join(pictures, name))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || result.GetText() != row.Code {
			t.Errorf("%s does not read as its order's code: %v", name, err)
		}
		if img.Bounds().Dx() != (25+8)*8 {
			t.Errorf("%s is %d wide: no QR of version 2 with its quiet zone", name, img.Bounds().Dx())
		}
	}
	if got := must(t, "codes", "--db", db, "--point", "P1", "--png", pictures); got[0] != "3 pictures in "+pictures {
		t.Errorf("%v", got)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.png")); err != nil || len(left) > 0 {
		t.Errorf("pictures outside of the folder: %v", left)
	}
}

func TestReachable(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "127.0.0.1:0"} {
		db := filepath.Join(t.TempDir(), "hq.db")
		_, stop := server(t, nil, "--db", db, "--listen", listen)
		f, err := readServerFile(db)
		if err != nil || !strings.HasPrefix(f.Address, "127.0.0.1:") || f.PID != os.Getpid() {
			t.Errorf("%s: %+v, %v", listen, f.Address, err)
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + f.Address + "/v1/time")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", listen, resp.Status)
		}
		if code, errs := stop(); code != 0 {
			t.Errorf("exit %d, %s", code, errs)
		}
	}
}

func TestImportFromStdin(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	must(t, "point", "add", "--db", db, "P1", "x")
	if got := must(t, "orders", "import", "--db", db, "--point", "P1", "--format", "csv", "-"); got[0] != "order IN: new" || got[1] != "1 rows: 1 orders new, 0 changed, 0 unchanged, 0 refused" {
		t.Errorf("%v", got)
	}
	if code, _, errs := command(t, nil, "orders", "import", "--db", db, "--point", "P1", "-"); code != 2 || !strings.Contains(errs, "--format") {
		t.Errorf("stdin without a format: exit %d, %s", code, errs)
	}
}

func TestShown(t *testing.T) {
	for id, want := range map[string]string{
		"": "none", "A-1 号": "A-1 号", "a\x1b[2J": `"a\x1b[2J"`, strings.Repeat("x", 65): `"` + strings.Repeat("x", 64) + `"`,
	} {
		if got := shown(id); got != want {
			t.Errorf("shown(%q) = %s, want %s", id, got, want)
		}
	}
}
