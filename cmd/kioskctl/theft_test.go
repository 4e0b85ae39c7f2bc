package main

import (
	"bufio"
	"bytes"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
)

// theft is a terminal with all that it leaves on a disk: its data folder, the
// temporary files, what its commands print and log.
type theft struct {
	t       *testing.T
	root    string
	data    string
	out     *os.File // what commands print
	log     *os.File // what the terminal logs at debug level
	needles needles
}

func newTheft(t *testing.T) *theft {
	t.Helper()
	th := &theft{t: t, root: filepath.Join(t.TempDir(), "disk")}
	th.data = filepath.Join(th.root, "terminal")
	temp := filepath.Join(th.root, "tmp")
	for _, dir := range []string{th.data, temp, filepath.Join(th.root, "logs")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", temp)
	for name, f := range map[string]**os.File{"commands.log": &th.out, "debug.log": &th.log} {
		file, err := os.Create(filepath.Join(th.root, "logs", name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		*f = file
	}
	return th
}

// command runs a command in this process, keeps what it prints, and gives its
// exit code.
func (th *theft) command(args ...string) int {
	th.t.Helper()
	return run(th.t.Context(), append(args, "--data", th.data), strings.NewReader(""), th.out, th.out)
}

func (th *theft) must(args ...string) {
	th.t.Helper()
	if code := th.command(args...); code != 0 {
		th.t.Fatalf("kioskctl %v: exit %d", args, code)
	}
}

// scans has a terminal in a process of its own read codes, waits for so many
// answers and kills it, or lets it end when answers is 0.
func (th *theft) scans(answers int, codes ...string) (verdicts []kiosk.Verdict) {
	th.t.Helper()
	self, err := os.Executable()
	if err != nil {
		th.t.Fatal(err)
	}
	c := exec.Command(self, "run", "--data", th.data, "--stdin", "--verbose")
	c.Env = append(os.Environ(), asKioskctl+"=1")
	c.Stderr, c.Stdin = th.out, nil
	stdin, err := c.StdinPipe()
	if err != nil {
		th.t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		th.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		th.t.Fatal(err)
	}
	// A killed process does not read on.
	go func() { _, _ = io.WriteString(stdin, strings.Join(codes, "\n")+"\n"); _ = stdin.Close() }()
	lines := bufio.NewScanner(io.TeeReader(stdout, th.out))
	for lines.Scan() {
		var a answer
		if json.Unmarshal(lines.Bytes(), &a) == nil {
			verdicts = append(verdicts, a.Verdict)
		}
		if len(verdicts) == answers {
			_ = c.Process.Kill()
		}
	}
	_ = c.Wait() // killed or not
	if len(verdicts) < answers || answers == 0 && len(verdicts) != len(codes) {
		th.t.Fatalf("%d answers to %d codes: %v", len(verdicts), len(codes), verdicts)
	}
	return verdicts
}

// people are customers with common, rare, long and foreign names, and phones
// that occur nowhere else.
func people(n int) (names, phones []string) {
	some := []string{
		"张伟", "王小明", "欧阳娜娜", "司马相如", "赵堃喆", "陈燚淼", "王頔", "㛃婷婷", "𠮷野家子", "李𠀀明", "诸葛大明",
		"Alexandra Novak", "Siobhan O'Connor", "José Müller", "Ng Ka-Shing", "囍焱犇", "尉迟恭敬",
	}
	r := rand.New(rand.NewPCG(20261123, 8))
	for i := range n {
		names = append(names, some[i%len(some)])
		phones = append(phones, fmt.Sprintf("13%09d", 100_000_000+r.IntN(899_999_999)))
	}
	return names, phones
}

// openStore opens the store of a terminal that does not run.
func (th *theft) openStore(do func(terminal.Folder, *boltstore.Store)) {
	th.t.Helper()
	folder, err := terminal.OpenFolder(th.data)
	if err != nil {
		th.t.Fatal(err)
	}
	store, err := terminal.OpenStore(folder, crand.Reader, time.Now, logTo(th.log))
	if err != nil {
		th.t.Fatal(err)
	}
	do(folder, store)
	if err := store.Close(); err != nil {
		th.t.Fatal(err)
	}
}

// spoil makes a file of the store unreadable and leaves what is in it.
func (th *theft) spoil(name string) {
	th.t.Helper()
	f, err := os.OpenFile(filepath.Join(th.data, name), os.O_WRONLY, 0)
	if err != nil {
		th.t.Fatal(err)
	}
	for page := range int64(2) { // bbolt's two records of the file itself
		if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, 64), page*int64(os.Getpagesize())+16); err != nil {
			th.t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		th.t.Fatal(err)
	}
}

// there fails unless files of that pattern are in the data folder.
func (th *theft) there(pattern string) {
	th.t.Helper()
	if found, err := filepath.Glob(filepath.Join(th.data, pattern)); err != nil || len(found) == 0 {
		th.t.Errorf("there is no %s: %v", pattern, err)
	}
}

// happened fails unless the journal has events of these types, or the test
// would show less than it says.
func (th *theft) happened(types ...kiosk.EventType) {
	th.t.Helper()
	var out bytes.Buffer
	if code := run(th.t.Context(), []string{"journal", "show", "--data", th.data}, nil, &out, th.out); code != 0 {
		th.t.Fatalf("journal show: exit %d", code)
	}
	for _, want := range types {
		if !strings.Contains(out.String(), `"type":"`+string(want)+`"`) {
			th.t.Errorf("the journal has no event of type %s", want)
		}
	}
}
