package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const table = `订单号,商品,规格,数量,货架,提货号,姓名,手机,核销码
A1,阳光玫瑰葡萄,1 串,2,B-12,86,张小明,13800130417,8800000011
A2,鸡蛋,30 枚,1,C-3,87,李大妈,13900133302,
A3,鸡蛋,30 枚,-1,C-3,88,王先生,13900133303,
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A leader's table alone makes a terminal: own codes work, others are made, bad
// rows are named, and a second import keeps codes and what was collected.
func TestTerminalWithoutHQ(t *testing.T) {
	data := t.TempDir() + "/terminal"
	codes := t.TempDir() + "/codes.csv"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(table)
	if err != nil || utf8.ValidString(gb) {
		t.Fatal(err, "the table is UTF-8 after all")
	}
	out, errs, code := call(t, "", "orders", "import", "--data", data, "--codes", codes, write(t, "t.csv", gb))
	if code != 0 || !strings.Contains(out, "took 2 orders, refused 1") || !strings.Contains(out, "line 4: order A3") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	for _, secret := range []string{"8800000011", "13800130417", "张小明"} {
		if strings.Contains(out+errs, secret) {
			t.Errorf("the output tells a code, a phone or a name:\n%s%s", out, errs)
		}
	}
	issued, err := os.ReadFile(codes)
	if err != nil {
		t.Fatal(err)
	}
	row := strings.Split(strings.Split(string(issued), "\n")[1], ",")
	if row[0] != "A2" {
		t.Fatalf("codes were made for %q", row[0])
	}
	if info, err := os.Stat(codes); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the codes: %v", info.Mode())
	}

	out, _, _ = call(t, "8800000011\n"+row[1]+"\n", "run", "--data", data, "--stdin")
	if got := verdicts(t, out); got != "accepted A1, accepted A2" {
		t.Errorf("own and made codes: %s", got)
	}
	out, errs, code = call(t, "", "orders", "import", "--json", "--data", data, write(t, "t.csv", table))
	if code != 0 || !strings.Contains(out, `"orders":2`) {
		t.Errorf("the same table again: exit %d %s%s", code, out, errs)
	}
	out, _, _ = call(t, "8800000011\n"+row[2]+"\n", "run", "--data", data, "--stdin")
	if got := verdicts(t, out); got != "already-collected A1, already-collected A2" {
		t.Errorf("after the second import: %s", got)
	}
	out, _, code = call(t, "", "status", "--data", data)
	if code != 0 || !strings.Contains(out, "2, imported here") {
		t.Errorf("status: exit %d\n%s", code, out)
	}
	if _, errs, code = call(t, "", "sync", "--data", data); code != 1 || !strings.Contains(errs, "kioskctl enrol") {
		t.Errorf("sync without HQ: exit %d %s", code, errs)
	}
}

// verdicts reads answers as "verdict order, …".
func verdicts(t *testing.T, out string) string {
	t.Helper()
	var got []string
	for line := range strings.Lines(out) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, strings.TrimSpace(string(a.Verdict)+" "+string(a.Order)))
	}
	return strings.Join(got, ", ")
}

func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct{ file, text, says string }{
		"empty":             {"t.csv", "", "empty"},
		"no such column":    {"t.csv", "a,b\n1,2\n", "商品"},
		"no good row":       {"t.csv", "订单号,商品,数量\nA1,苹果,0\n", "no order could be taken"},
		"an unknown format": {"t.pdf", "x", ".csv"},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir() + "/terminal"
			out, errs, code := call(t, "", "orders", "import", "--data", data, write(t, c.file, c.text))
			if code != 1 || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit %d\n%s%s", code, out, errs)
			}
			if _, err := os.Stat(data); err == nil {
				t.Error("a table that gave nothing made a terminal")
			}
		})
	}
}

func TestJournalCommands(t *testing.T) {
	s := newShop(t, 3)
	out, _, _ := call(t, s.codes["O00000"].Code+"\n"+s.codes["O00001"].Typed+"\n", "run", "--data", s.data, "--stdin", "--offline")
	if got := verdicts(t, out); got != "accepted O00000, accepted O00001" {
		t.Fatal(got)
	}
	if out := s.must("journal", "verify", "--data", s.data); !strings.Contains(out, `"events":2`) || !strings.Contains(out, `"checked_with_keys":true`) {
		t.Error(out)
	}
	if out := s.must("journal", "show", "--data", s.data, "--from", "2"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "O00001") {
		t.Error(out)
	}
	file := t.TempDir() + "/journal.hxe"
	s.must("journal", "export", "--data", s.data, "--out", file)
	if out := s.must("journal", "verify", "--file", file); !strings.Contains(out, `"events":2`) || !strings.Contains(out, `"ok":true`) {
		t.Error(out)
	}
	if _, errs, code := call(t, "", "journal", "export", "--data", s.data, "--out", file); code != 1 || !strings.Contains(errs, "exists") {
		t.Errorf("an export over another: exit %d %s", code, errs)
	}

	if out := s.must("rebuild", "--data", s.data); !strings.Contains(out, "2 events") {
		t.Error(out)
	}
	out, _, _ = call(t, s.codes["O00000"].Code+"\n", "run", "--data", s.data, "--stdin", "--offline")
	if got := verdicts(t, out); got != "already-collected O00000" {
		t.Errorf("after the rebuild: %s", got)
	}

	segment := s.data + "/journal/00000001.hxj"
	bytes, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	bytes[128+80] ^= 1 // in the first event
	if err := os.WriteFile(segment, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := call(t, "", "journal", "verify", "--data", s.data)
	if code != 1 || !strings.Contains(out, `"first_doubtful_event":1`) || !strings.Contains(errs, "damaged") {
		t.Errorf("a flipped bit: exit %d\n%s%s", code, out, errs)
	}
	if _, errs, code := call(t, "", "doctor", "--data", s.data); code != 1 || !strings.Contains(errs, "1 of") {
		t.Errorf("doctor: exit %d %s", code, errs)
	}
}

func TestDatabasesComeBack(t *testing.T) {
	s := newShop(t, 2)
	call(t, s.codes["O00000"].Code+"\n", "run", "--data", s.data, "--stdin", "--offline")
	for _, db := range []string{"orders.db", "state.db"} {
		if err := os.Remove(filepath.Join(s.data, db)); err != nil {
			t.Fatal(err)
		}
	}
	out, _, _ := call(t, s.codes["O00000"].Code+"\n", "run", "--data", s.data, "--stdin", "--offline")
	if got := verdicts(t, out); got != "unknown-stale" {
		t.Errorf("without orders: %s", got)
	}
	s.must("sync", "--data", s.data)
	out, _, _ = call(t, s.codes["O00000"].Code+"\n"+s.codes["O00001"].Code+"\n", "run", "--data", s.data, "--stdin", "--offline")
	if got := verdicts(t, out); got != "already-collected O00000, accepted O00001" {
		t.Errorf("after the next sync: %s", got)
	}
}

func TestDoctorAndStatus(t *testing.T) {
	s := newShop(t, 2)
	out := s.must("doctor", "--data", s.data)
	for _, want := range []string{"ok    keys", "ok    HQ", "ok    clock", "ok    journal"} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
	var st terminalStatus
	if err := json.Unmarshal([]byte(s.must("status", "--json", "--data", s.data)), &st); err != nil {
		t.Fatal(err)
	}
	if st.Point != "P001" || st.Orders != 2 || st.Expected != 2 || !st.Complete || st.Unsent != 0 {
		t.Errorf("%+v", st)
	}
	s.hq.Close()
	if err := os.Chmod(filepath.Join(s.data, "keys", "point.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, code := call(t, "", "doctor", "--data", s.data)
	if code != 1 || !strings.Contains(out, "WRONG HQ") || !strings.Contains(out, "chmod 600") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if _, errs, code = call(t, "", "sync", "--data", s.data); code != 1 || errs == "" {
		t.Errorf("sync with nobody: exit %d %s", code, errs)
	}
	out, _, _ = call(t, s.codes["O00000"].Code+"\n", "run", "--data", s.data, "--stdin")
	if got := verdicts(t, out); got != "accepted O00000" {
		t.Errorf("without HQ: %s", got)
	}
}

func TestFoldersOfNobodyAndInUse(t *testing.T) {
	for _, args := range [][]string{{"run", "--stdin"}, {"status"}, {"sync"}, {"doctor"}, {"rebuild"}} {
		_, errs, code := call(t, "", append(args, "--data", t.TempDir())...)
		if code != 1 || args[0] != "doctor" && !strings.Contains(errs, "kioskctl enrol") {
			t.Errorf("%s: exit %d %s", args[0], code, errs)
		}
	}
	s := newShop(t, 1)
	c := s.start("--stdin")
	c.scan(s.codes["O00000"].Code)
	c.next()
	if out := s.must("status", "--data", s.data); !strings.Contains(out, "the terminal is running") || !strings.Contains(out, "events     1\n") {
		t.Errorf("status of a running terminal:\n%s", out)
	}
	_, errs, code := call(t, "", "sync", "--data", s.data)
	if code != 1 || !strings.Contains(errs, "another process holds this data folder") || strings.Count(errs, "\n") != 1 {
		t.Errorf("a folder in use: exit %d %s", code, errs)
	}
	if out := s.must("journal", "verify", "--data", s.data); !strings.Contains(out, `"events":1`) {
		t.Errorf("the journal can be checked meanwhile: %s", out)
	}
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	c.wait()
	_, errs, code = call(t, "", "enrol", "--data", s.data, "--hq", s.hq.URL, "--code", "x")
	if code != 1 || !strings.Contains(errs, "has a terminal already") {
		t.Errorf("enrolled twice: exit %d %s", code, errs)
	}
	_, errs, code = call(t, "", "enrol", "--data", t.TempDir(), "--hq", s.hq.URL, "--code", "wrong")
	if code != 1 || errs == "" {
		t.Errorf("a wrong code: exit %d %s", code, errs)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"run"}, {"fly"}, {"decode"}, {"decode", "--symbology", "aztec", "x"}, {"decode", "--strategy", "slow", "x"}, {"scan-test", "--seconds", "x"}, {"enrol", "--data", "x"}} {
		if _, errs, code := call(t, "", args...); code != 2 || errs == "" {
			t.Errorf("%v: exit %d %q", args, code, errs)
		}
	}
	for _, cmd := range []string{"enrol", "run", "sync", "orders", "status", "doctor", "journal", "rebuild", "decode", "code", "scan-test", "conformance"} {
		if out, _, code := call(t, "", cmd, "--help"); code != 0 || !strings.Contains(out, "Usage: kioskctl "+cmd) {
			t.Errorf("%s --help: exit %d\n%s", cmd, code, out)
		}
	}
}
