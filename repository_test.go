package hexiao_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maxLines is where a Go file stops being about one subject.
const maxLines = 500

// file is what the rules know of one file; all but path and dir stay empty where it is not Go.
type file struct {
	path, dir string // with slashes, from the root of the repository
	test      bool   // name ends in _test.go
	tool      bool   // "//go:build ignore": run by hand, no part of the package
	generated bool
	comment   bool // carries a package comment
	lines     int
	imports   []string
	uses      []string // selectors on imported packages: "time.Sleep", "fyne.io/fyne/v2.Do"
}

func (f file) production() bool { return path.Ext(f.path) == ".go" && !f.test && !f.tool }

type rule struct {
	name  string
	check func([]file) []string
}

func rules(table []room, thirdParty string) []rule {
	return []rule{
		{"imports are those of the table", func(files []file) []string { return checkTable(table, files) }},
		{"libraries stay behind their fences", checkFences},
		{"programs reach only what they may", checkReach},
		{"production code uses no test package", checkTestPackages},
		{"folders are where they belong", checkFolders},
		{"only post.go calls fyne.Do", checkPost},
		{"no test sleeps", checkSleep},
		{"every package has a comment", checkComments},
		{"files are short", checkLength},
		{"no file is a to-do list", checkTodo},
		{"every library's licence is told", func(files []file) []string { return checkLicences(thirdParty, files) }},
	}
}

func TestRepository(t *testing.T) {
	files, err := readTree(".")
	if err != nil {
		t.Fatal(err)
	}
	thirdParty, err := os.ReadFile("THIRD_PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules(importTable(), string(thirdParty)) {
		t.Run(r.name, func(t *testing.T) {
			for _, complaint := range r.check(files) {
				t.Error(complaint)
			}
		})
	}
}

// plant is a breach, or with an empty want the nearest thing that is none.
type plant struct {
	rule       string
	table      []room
	thirdParty string
	files      []file
	want       string // part of the one complaint
}

func source(name string, imports ...string) file {
	return file{path: name, dir: path.Dir(name), imports: imports, comment: true, lines: 1, test: strings.HasSuffix(name, "_test.go")}
}

func plants() []plant {
	const (
		table, fences, reach, tests   = "imports are those of the table", "libraries stay behind their fences", "programs reach only what they may", "production code uses no test package"
		folders, post, sleep, comment = "folders are where they belong", "only post.go calls fyne.Do", "no test sleeps", "every package has a comment"
		length, todo, licences        = "files are short", "no file is a to-do list", "every library's licence is told"
	)
	rooms := []room{{"a", "", "reason"}, {"b", "a", "reason"}}
	a, b := source("a/a.go", "fmt"), source("b/b.go", module+"a")
	uses := func(f file, uses ...string) file { f.uses = uses; return f }
	return []plant{
		{rule: table, table: rooms, files: []file{a, b, source("a/a_test.go", module+"b"), {path: "b/notes.md", dir: "b"}}},
		{rule: table, table: rooms, files: []file{a, b, source("c/c.go", module+"b", module+"a")}, want: `package c is not in importTable: add {"c", "a b", "why it exists"}`},
		{rule: table, table: rooms, files: []file{source("a/a.go", module+"b"), b}, want: `a imports b (a/a.go), which its row in importTable does not list: remove the import, or add "b"`},
		{rule: table, table: rooms, files: []file{a, source("b/b.go")}, want: `lets b import a, which it does not: take "a" out`},
		{rule: table, table: rooms, files: []file{a, b}[1:], want: "lists a, which has no Go file"},
		{rule: table, table: rooms, files: []file{source("a/a_test.go"), b}, want: "lists a, which has no Go file"},
		{rule: table, table: []room{{"a", "", ""}}, files: []file{a}, want: "gives no reason"},

		{rule: fences, files: []file{source("cmd/kiosk/main.go", "fyne.io/fyne/v2/app"), source("kiosk/ui/look/t.go", "fyne.io/fyne/v2/canvas"),
			source("sync/hq/boltstore/s.go", "go.etcd.io/bbolt"), source("kiosk/x_test.go", "os", "testing"), source("kiosk/code.go", "net/url"), source("kiosk/config/c.go", "os")}},
		{rule: fences, files: []file{source("kiosk/ui/window.go", "fyne.io/fyne/v2/app")}, want: "kiosk/ui imports fyne.io/fyne/v2/app: it starts the desktop driver"},
		{rule: fences, files: []file{source("kiosk/desk/d.go", "fyne.io/fyne/v2")}, want: "kiosk/desk imports fyne.io/fyne/v2: Fyne costs"},
		{rule: fences, files: []file{source("kiosk/uix/d.go", "fyne.io/fyne/v2/canvas")}, want: "kiosk/uix imports"},
		{rule: fences, files: []file{source("sync/hq/h.go", "go.etcd.io/bbolt/errors")}, want: "must not care how things are stored"},
		{rule: fences, files: []file{source("kiosk/k.go", "os")}, want: "kiosk imports os: the domain does no input or output"},
		{rule: fences, files: []file{source("kiosk/desk/k.go", "net/http")}, want: "kiosk/desk imports net/http"},
		{rule: fences, files: []file{source("kiosk/seal/k.go", "net")}, want: "kiosk/seal imports net:"},
		{rule: fences, files: []file{source("scanner/s.go", "testing/synctest")}, want: "it belongs to tests"},

		{rule: reach, files: []file{source("cmd/kioskctl/main.go", module+"kiosk/ui"), source("cmd/kioskctl/main_test.go", "fyne.io/fyne/v2/test"), source("kiosk/ui/u.go", module+"kiosk")}},
		{rule: reach, files: []file{source("cmd/kioskctl/main.go", module+"x"), source("x/x.go", module+"y"), source("y/y.go", module+"x", "fyne.io/fyne/v2")},
			want: "cmd/kioskctl must not reach fyne.io/fyne/v2 (it builds with CGO_ENABLED=0 and runs without a display): cut an arrow of cmd/kioskctl -> x -> y -> fyne.io/fyne/v2"},
		{rule: reach, files: []file{source("cmd/hq/main.go", "fyne.io/fyne/v2/theme")}, want: "cmd/hq must not reach fyne.io/fyne/v2/theme"},
		{rule: reach, files: []file{source("cmd/internal/terminal/t.go", "fyne.io/fyne/v2")}, want: "cmd/internal/terminal must not reach"},
		{rule: reach, files: []file{source("cmd/hq/main.go", module+"x"), source("x/x.go", module+"scanner/decode")}, want: "HQ has no scanners"},

		{rule: tests, files: []file{source("kiosk/boltstore/s_test.go", module+"kiosk/kiosktest"), source("sync/hq/hqtest/h.go", module+"kiosk/kiosktest")}},
		{rule: tests, files: []file{source("cmd/kiosk/main.go", module+"kiosk/kiosktest")}, want: "cmd/kiosk/main.go imports the test package"},

		{rule: folders, files: []file{source("architecture_test.go"), source("sync/wire/w.go"), {path: ".ci/run", dir: ".ci"}, {path: "go.mod", dir: "."}}},
		{rule: folders, files: []file{source("sync/sync.go")}, want: "sync is a shelf"},
		{rule: folders, files: []file{source("sync/doc_test.go")}, want: "sync is a shelf"},
		{rule: folders, files: []file{{path: "util/notes.md", dir: "util"}}, want: "the top level is fixed"},
		{rule: folders, files: []file{source("main.go")}, want: "the root has no Go file"},

		{rule: post, files: []file{uses(source("kiosk/ui/post.go"), "fyne.io/fyne/v2.Do"), uses(source("kiosk/ui/window.go"), "fyne.io/fyne/v2.NewSize")}},
		{rule: post, files: []file{uses(source("kiosk/ui/window.go"), "fyne.io/fyne/v2.Do")}, want: "kiosk/ui/window.go uses fyne.io/fyne/v2.Do"},
		{rule: post, files: []file{uses(source("cmd/kiosk/main.go"), "fyne.io/fyne/v2.DoAndWait")}, want: "cmd/kiosk/main.go uses"},

		{rule: sleep, files: []file{uses(source("a/a_test.go"), "time.After")}},
		{rule: sleep, files: []file{uses(source("a/a_test.go"), "time.Sleep", "time.Sleep")}, want: "a/a_test.go calls time.Sleep"},
		{rule: sleep, files: []file{uses(source("kiosk/kiosktest/k.go"), "time.Sleep")}, want: "kiosk/kiosktest/k.go calls"},

		{rule: comment, files: []file{a, {path: "a/more.go", dir: "a"}, {path: "a/a_test.go", dir: "a", test: true}}},
		{rule: comment, files: []file{{path: "a/gen.go", dir: "a", tool: true}}},
		{rule: comment, files: []file{{path: "a/a.go", dir: "a"}, source("a/a_test.go")}, want: "package a has no package comment"},
		{rule: comment, files: []file{{path: "a/a.go", dir: "a"}, {path: "a/gen.go", dir: "a", tool: true, comment: true}}, want: "package a has no package comment"},

		{rule: length, files: []file{{path: "a/a.go", dir: "a", lines: maxLines}, {path: "a/b.go", dir: "a", lines: 9000, generated: true}}},
		{rule: length, files: []file{{path: "a/a_test.go", dir: "a", lines: maxLines + 1, test: true}}, want: "a/a_test.go has 501 lines, 500 are allowed"},

		{rule: todo, files: []file{{path: "a/todolist.go", dir: "a"}}},
		{rule: todo, files: []file{{path: "a/Todo.md", dir: "a"}}, want: "a/Todo.md: do it or drop it"},

		{rule: licences, thirdParty: "| `x.org/y` | MIT | z |\n", files: []file{source("a/a.go", "x.org/y/z", "fmt", module+"b")}},
		{rule: licences, thirdParty: "| `x.org/y` | MIT | z |\n", files: []file{source("a/a_test.go", "x.org/yy")}, want: "x.org/yy (a/a_test.go) is not in THIRD_PARTY.md"},
	}
}

func TestEveryRuleCanFail(t *testing.T) {
	caught := map[string]bool{}
	for i, p := range plants() {
		for _, r := range rules(p.table, p.thirdParty) {
			if r.name != p.rule {
				continue
			}
			complaints := r.check(p.files)
			caught[r.name] = caught[r.name] || len(complaints) > 0
			switch {
			case p.want == "" && len(complaints) > 0:
				t.Errorf("plant %d: %q complains without cause: %q", i, r.name, complaints)
			case p.want != "" && (len(complaints) != 1 || !strings.Contains(complaints[0], p.want)):
				t.Errorf("plant %d: %q says %q, want one complaint with %q", i, r.name, complaints, p.want)
			}
		}
	}
	for _, r := range rules(nil, "") {
		if !caught[r.name] {
			t.Errorf("no plant makes the rule %q complain", r.name)
		}
	}
}

// The rules above judge planted files; this one proves that reading real sources finds what they judge by.
func TestReadTree(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/a.go", "//go:build linux\n\n// Package a is documented.\npackage a\n\nimport (\n\tui \"fyne.io/fyne/v2\"\n\t\"time\"\n)\n\nvar _ = ui.Do\n\nfunc f(time struct{ Sleep int }) int { return time.Sleep }\n")
	write("a/a_test.go", "package a\n\nimport \"time\"\n\nfunc g() { time.Sleep(1) }\n")
	write("a/gen.go", "//go:build ignore\n\npackage main\n")
	write("a/x.gen.go", "// Code generated by x; DO NOT EDIT.\n\n//go:build linux\npackage a\n")
	write("a/testdata/bad.go", "not Go")
	write(".git/bad.go", "not Go")
	write("nested/go.mod", "module nested\n")
	write("nested/bad.go", "not Go")
	write("notes.md", "not Go")
	files, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []file{
		{path: "a/a.go", dir: "a", comment: true, lines: 13, imports: []string{"fyne.io/fyne/v2", "time"}, uses: []string{"fyne.io/fyne/v2.Do"}},
		{path: "a/a_test.go", dir: "a", test: true, lines: 5, imports: []string{"time"}, uses: []string{"time.Sleep"}},
		{path: "a/gen.go", dir: "a", tool: true, lines: 3},
		{path: "a/x.gen.go", dir: "a", generated: true, lines: 4},
		{path: "notes.md", dir: "."},
	}
	if diff := cmp.Diff(want, files, cmp.AllowUnexported(file{})); diff != "" {
		t.Errorf("readTree (-want +got):\n%s", diff)
	}
	write("a/broken.go", "package")
	if _, err := readTree(root); err == nil || !strings.Contains(err.Error(), "broken.go") {
		t.Errorf("readTree of a broken source: %v, want an error that names it", err)
	}
}

func checkPost(files []file) (complaints []string) {
	for _, f := range files {
		for _, use := range f.uses {
			if matches("fyne.io/fyne/v2.Do fyne.io/fyne/v2.DoAndWait", use) && f.path != "kiosk/ui/post.go" {
				complaints = append(complaints, fmt.Sprintf("%s uses %s: hand the work to the function in kiosk/ui/post.go, the only way onto Fyne's thread", f.path, use))
			}
		}
	}
	return complaints
}

func checkSleep(files []file) (complaints []string) {
	for _, f := range files {
		if (f.test || strings.HasSuffix(f.dir, "test")) && slices.Contains(f.uses, "time.Sleep") {
			complaints = append(complaints, fmt.Sprintf("%s calls time.Sleep: wait on a channel or a context, or run in a testing/synctest bubble with a timer", f.path))
		}
	}
	return complaints
}

func checkComments(files []file) (complaints []string) {
	production, comment := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		production[f.dir] = production[f.dir] || f.production()
	}
	for _, f := range files {
		if path.Ext(f.path) == ".go" && !f.tool && (f.production() || !production[f.dir]) {
			comment[f.dir] = comment[f.dir] || f.comment
		}
	}
	for _, dir := range sortedKeys(comment) {
		if !comment[dir] {
			complaints = append(complaints, fmt.Sprintf("package %s has no package comment: say above a package clause what it does, how it is used and its limits", dir))
		}
	}
	return complaints
}

func checkLength(files []file) (complaints []string) {
	for _, f := range files {
		if f.lines > maxLines && !f.generated {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, %d are allowed: split it by subject", f.path, f.lines, maxLines))
		}
	}
	return complaints
}

func checkTodo(files []file) (complaints []string) {
	for _, f := range files {
		if name := path.Base(f.path); strings.EqualFold(strings.TrimSuffix(name, path.Ext(name)), "todo") {
			complaints = append(complaints, fmt.Sprintf("%s: do it or drop it, and delete the file", f.path))
		}
	}
	return complaints
}

func checkLicences(thirdParty string, files []file) (complaints []string) {
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(thirdParty, -1) {
		told = append(told, row[1]+"/...")
	}
	untold := map[string]string{}
	for _, f := range files {
		for _, imp := range f.imports {
			if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") && !matches(strings.Join(told, " "), imp) {
				untold[imp] = f.path
			}
		}
	}
	for _, imp := range sortedKeys(untold) {
		complaints = append(complaints, fmt.Sprintf("%s (%s) is not in THIRD_PARTY.md: add a row with its module, licence and use", imp, untold[imp]))
	}
	return complaints
}

// readTree reads every file below root. It leaves out what is not ours or not kept: .git and the folders for built
// programs, and, as Go does, testdata, names that start with a dot or an underscore, and nested modules are not parsed.
func readTree(root string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if matches(".git .bin bin", rel) || rel != "." && matches("testdata vendor", d.Name()) {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil && rel != "." {
				return fs.SkipDir
			}
			return nil
		}
		f := file{path: rel, dir: path.Dir(rel)}
		if path.Ext(rel) == ".go" && !strings.HasPrefix(rel, ".") && !strings.Contains(rel, "/.") && !strings.HasPrefix(path.Base(rel), "_") {
			if err := f.parse(name); err != nil {
				return err
			}
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

func (f *file) parse(name string) error {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, nil, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("reading the sources: %w", err)
	}
	f.test = strings.HasSuffix(name, "_test.go")
	f.generated = ast.IsGenerated(tree)
	f.comment = strings.TrimSpace(tree.Doc.Text()) != "" // Text leaves out directives such as go:build
	f.lines = set.File(tree.Pos()).LineCount()
	for _, group := range tree.Comments {
		for _, c := range group.List {
			f.tool = f.tool || c.Pos() < tree.Package && c.Text == "//go:build ignore"
		}
	}
	imported := map[string]string{} // the name in this file -> the path
	for _, spec := range tree.Imports {
		imp := strings.Trim(spec.Path.Value, "\"`")
		f.imports = append(f.imports, imp)
		local := path.Base(regexp.MustCompile(`/v[0-9]+$`).ReplaceAllString(imp, ""))
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imported[local] = imp
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			// A name with an object is declared in this file, so it is a variable that shadows the package.
			if id, ok := sel.X.(*ast.Ident); ok && id.Obj == nil && imported[id.Name] != "" {
				f.uses = append(f.uses, imported[id.Name]+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return nil
}
