package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/cmd/internal/terminal"
	"hexiao/sync/hq"
)

// redeem hands orders over without HQ.
func (s *shop) redeem(want string, numbers ...string) {
	s.t.Helper()
	lines := ""
	for _, n := range numbers {
		for id, c := range s.codes {
			if strings.HasSuffix(string(id), n) {
				lines += c.Code + "\n"
			}
		}
	}
	out, errs, _ := call(s.t, lines, "run", "--data", s.data, "--stdin", "--offline")
	if got := verdicts(s.t, out); got != want {
		s.t.Fatalf("%s\n%s", got, errs)
	}
}

// replace puts a copy of a data folder into the place of the terminal's.
func (s *shop) replace(from string) {
	s.t.Helper()
	if err := os.RemoveAll(s.data); err != nil {
		s.t.Fatal(err)
	}
	s.copy(from, s.data)
}

// copy copies as cp -a does: keys must stay their owner's alone.
func (s *shop) copy(from, to string) {
	s.t.Helper()
	if out, err := exec.CommandContext(s.t.Context(), "cp", "-a", from, to).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

func (s *shop) terminal() hq.Terminal {
	s.t.Helper()
	list, err := s.hq.HQ.Terminals(s.t.Context())
	if err != nil || len(list) != 1 {
		s.t.Fatal(list, err)
	}
	return list[0]
}

// The whole folder is copied, more is handed out, and the copy put back: HQ
// notices at the next contact, and what was handed out is not handed out again,
// not even without HQ. The right folder goes on.
func TestRolledBackFolderAtARealHQ(t *testing.T) {
	s := newShop(t, 5)
	s.redeem("accepted O00000, accepted O00001", "0", "1")
	s.must("sync", "--data", s.data)
	old, right := t.TempDir()+"/old", t.TempDir()+"/right"
	s.copy(s.data, old)
	s.redeem("accepted O00002", "2")
	s.must("sync", "--data", s.data)
	s.copy(s.data, right)

	s.replace(old)
	_, errs, code := call(t, "", "sync", "--data", s.data)
	if code != 1 || !strings.Contains(errs, "event 3 is the first that is missing") || !strings.Contains(errs, "put the right journal back") {
		t.Errorf("sync: exit %d %s", code, errs)
	}
	if at := s.terminal(); at.Behind.IsZero() || at.Doubtful != 3 || !at.Forked.IsZero() {
		t.Errorf("HQ keeps %+v", at)
	}
	for _, args := range [][]string{
		{"run", "--data", s.data, "--stdin", "--offline"}, {"status", "--data", s.data}, {"sync", "--data", s.data}, {"rebuild", "--data", s.data},
	} {
		out, errs, code := call(t, s.codes["O00002"].Code+"\n", args...)
		if code != 1 || out != "" || !strings.Contains(errs, "HQ acknowledged event 3 of this terminal, its journal ends with event 2") {
			t.Errorf("%s: exit %d\n%s%s", args[0], code, out, errs)
		}
	}
	out, _, code := call(t, "", "journal", "verify", "--data", s.data)
	if code != 1 || !strings.Contains(out, `"first_doubtful_event":3`) || !strings.Contains(out, `"last_acknowledged_event":2`) {
		t.Errorf("verify: exit %d %s", code, out)
	}

	s.replace(right)
	s.redeem("already-collected O00002, accepted O00003", "2", "3")
	s.must("sync", "--data", s.data)
	if at := s.terminal(); !at.Behind.IsZero() || at.Doubtful != 0 || at.Head.Seq != 4 {
		t.Errorf("the right folder is back, HQ keeps %+v", at)
	}
}

// Two machines with one folder: the second is refused, and the event named.
func TestClonedTerminalAtARealHQ(t *testing.T) {
	s := newShop(t, 4)
	s.redeem("accepted O00000", "0")
	s.must("sync", "--data", s.data)
	clone := *s
	clone.data = t.TempDir() + "/clone"
	s.copy(s.data, clone.data)
	s.redeem("accepted O00001", "1")
	clone.redeem("accepted O00002, accepted O00003", "2", "3")
	s.must("sync", "--data", s.data)
	_, errs, code := call(t, "", "sync", "--data", clone.data)
	if code != 1 || !strings.Contains(errs, "event 2 is the first that differs") {
		t.Errorf("the clone: exit %d %s", code, errs)
	}
	if at := s.terminal(); at.Forked.IsZero() || at.Doubtful != 2 || at.Head.Seq != 2 {
		t.Errorf("HQ keeps %+v", at)
	}
	if _, errs, code := call(t, "", "run", "--data", clone.data, "--stdin", "--offline"); code != 1 || !strings.Contains(errs, "another event 2") {
		t.Errorf("the clone goes on: exit %d %s", code, errs)
	}
	// The first one hands out, and is told that a person must decide.
	s.redeem("already-collected O00001", "1")
	s.redeem("accepted O00002", "2")
	if _, errs, code := call(t, "", "sync", "--data", s.data); code != 1 || !strings.Contains(errs, "event 2 is the first that is known to differ") {
		t.Errorf("the first one: exit %d %s", code, errs)
	}
	if cases := s.hq.Cases(); len(cases) != 1 || cases[0].Kind != hq.CaseForked {
		t.Errorf("cases %+v", cases)
	}
}

// verification reads what verify printed.
func verification(t *testing.T, args ...string) (v verified, code int) {
	t.Helper()
	out, errs, code := call(t, "", append([]string{"journal", "verify"}, args...)...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	return v, code
}

func TestExportProvesItselfElsewhere(t *testing.T) {
	s := newShop(t, 4)
	s.redeem("accepted O00000, accepted O00001", "0", "1")
	s.must("sync", "--data", s.data)
	s.redeem("accepted O00002", "2")
	folder, err := terminal.OpenFolder(s.data)
	if err != nil {
		t.Fatal(err)
	}
	device := base64.StdEncoding.EncodeToString(s.terminal().Key)
	hqKey := folder.Config.HQ.Key

	v, code := verification(t, "--data", s.data)
	if code != 0 || !v.OK || v.Acks == 0 || v.Acked != 2 || v.HQKey != hqKey || !v.Keys || v.Note != "" || !strings.Contains(v.Proven, "up to event 2 by HQ's signature") {
		t.Errorf("the folder: %+v", v)
	}
	file := t.TempDir() + "/journal.hxe"
	s.must("journal", "export", "--data", s.data, "--out", file)
	for name, c := range map[string]struct {
		args   []string
		code   int
		proven string
	}{
		"no key":           {nil, 0, "of the HQ that the file names"},
		"both keys":        {[]string{"--hq-key", hqKey, "--terminal-key", device}, 0, "up to event 2 by HQ's signature"},
		"another HQ":       {[]string{"--hq-key", device}, 0, "none of them by HQ's signature"},
		"another terminal": {[]string{"--terminal-key", hqKey}, 1, "up to event 2"},
	} {
		v, code := verification(t, append([]string{"--file", file}, c.args...)...)
		if code != c.code || v.OK != (code == 0) || v.DeviceKey != device || !strings.Contains(v.Proven, c.proven) || v.Events != 3 || v.Keys {
			t.Errorf("%s: exit %d, %+v", name, code, v)
		}
	}
	for _, bad := range [][]string{{"--file", file, "--hq-key", "short"}, {"--file", file, "--terminal-key", "short"}, {"--data", s.data, "--terminal-key", device}} {
		if _, _, code := call(t, "", append([]string{"journal", "verify"}, bad...)...); code != 1 {
			t.Errorf("%v: exit %d", bad, code)
		}
	}
	if out := s.must("journal", "show", "--file", file, "--from", "3"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "O00002") {
		t.Error(out)
	}
	// To a pipe, too, and without the keys, then unsigned.
	if err := os.RemoveAll(s.data + "/keys"); err != nil {
		t.Fatal(err)
	}
	piped := write(t, "piped", s.must("journal", "export", "--data", s.data))
	if v, code := verification(t, "--file", piped, "--hq-key", hqKey); code != 0 || v.DeviceKey != "" || v.Acked != 2 {
		t.Errorf("piped: %+v", v)
	}
	if v, code := verification(t, "--data", s.data); code != 0 || v.Keys || v.Acked != 2 {
		t.Errorf("without the terminal's keys: %+v", v)
	}
	// Somebody took HQ's signatures away.
	if err := os.Remove(s.data + "/journal/acks"); err != nil {
		t.Fatal(err)
	}
	if v, code := verification(t, "--data", s.data); code != 0 || v.Acks != 0 || !strings.Contains(v.Note, "event 2") || !strings.Contains(v.Proven, "none of them by HQ's") {
		t.Errorf("without acknowledgements: exit %d, %+v", code, v)
	}
}

func TestExportIsWholeOrNotThere(t *testing.T) {
	s := newShop(t, 2)
	s.redeem("accepted O00000", "0")
	dir := t.TempDir()
	file := dir + "/journal.hxe"
	if err := os.WriteFile(file+".part", []byte("another export"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := call(t, "", "journal", "export", "--data", s.data, "--out", file); code != 1 || !strings.Contains(errs, ".part") {
		t.Errorf("another export is writing: exit %d %s", code, errs)
	}
	if err := os.Remove(file + ".part"); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := call(t, "", "journal", "export", "--data", t.TempDir(), "--out", file); code != 1 {
		t.Errorf("no journal: exit %d %s", code, errs)
	}
	segment := s.data + "/journal/00000001.hxj"
	b, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	whole := b[128+80]
	b[128+80] ^= 1
	if err := os.WriteFile(segment, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, code := call(t, "", "journal", "export", "--data", s.data, "--out", file); code != 1 {
		t.Error("nothing can be read, and it is exported")
	}
	if left, err := filepath.Glob(dir + "/*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	b[128+80] = whole
	if err := os.WriteFile(segment, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("journal", "export", "--data", s.data, "--out", file)
}

// A USB stick as shops have it.
func TestExportOntoAStick(t *testing.T) {
	image, stick := t.TempDir()+"/stick.img", t.TempDir()
	for _, args := range [][]string{{"truncate", "-s", "16M", image}, {"mkfs.vfat", image}, {"mount", "-o", "loop", image, stick}} {
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("no stick can be made here: %s: %v %s", args[0], err, out)
		}
	}
	mounted := true
	t.Cleanup(func() {
		if mounted {
			_ = exec.Command("umount", stick).Run()
		}
	})
	s := newShop(t, 2)
	s.redeem("accepted O00000", "0")
	file := stick + "/journal.hxe"
	s.must("journal", "export", "--data", s.data, "--out", file)
	if v, code := verification(t, "--file", file); code != 0 || v.Events != 1 {
		t.Errorf("exit %d, %+v", code, v)
	}
	if _, errs, code := call(t, "", "journal", "export", "--data", s.data, "--out", file); code != 1 || !strings.Contains(errs, "exists") {
		t.Errorf("over another: exit %d %s", code, errs)
	}
	if left, err := filepath.Glob(stick + "/*"); err != nil || len(left) != 1 {
		t.Errorf("on the stick: %v, %v", left, err)
	}
	if out, err := exec.Command("umount", stick).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	mounted = false
}
