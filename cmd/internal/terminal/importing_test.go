package terminal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
)

const table = `订单号,商品,数量,提货号,姓名,手机,核销码
B1,葡萄,2,86,张小明,13800130417,8800000011
B2,鸡蛋,x,87,李大妈,13900133302,8800000022
B3,牛奶,1,88,王小红,13900133303,
`

func put(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOrdersComeFromAStick(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	var path string
	o.Sticks, path = stickIn(t, "rw")
	put(t, path, "orders.csv", table)
	put(t, path, "picture.png", "no table")
	put(t, path, "hexiao-codes-old.csv", "written by a terminal")
	r := start(t, o)
	r.signIn("stick")
	got := r.done(desk.TapFindTables)
	if len(got.Files) != 1 || got.Files[0].Name != "orders.csv" || got.Files[0].Size != int64(len(table)) {
		t.Fatalf("%+v", got)
	}
	r.Pick(desk.TapImport, "orders.csv")
	r.until("the import", func(s desk.State) bool {
		return s.Diagnostics.Job != nil && s.Diagnostics.Job.Job.Kind == desk.JobImportOrders
	})
	got = r.ended1()
	if got.Failed != "" || fact(got, desk.FactTaken).Count != 2 || fact(got, desk.FactRefused).Count != 1 ||
		fact(got, desk.FactFirstLines).Text != "3" || fact(got, desk.FactCodes).Count != 1 {
		t.Fatalf("%+v\n%s", got, r.log)
	}
	codes, err := os.ReadFile(filepath.Join(path, fact(got, desk.FactFile).Text))
	if err != nil || !strings.HasPrefix(string(codes), "\ufeff订单号") || strings.Count(string(codes), "\r\n") != 2 || !strings.Contains(string(codes), "B3,") {
		t.Errorf("the codes: %q, %v", codes, err)
	}
	problems, err := os.ReadFile(filepath.Join(path, "hexiao-problems-orders.csv"))
	if err != nil || !strings.Contains(string(problems), "3,B2,") {
		t.Errorf("the problems: %q, %v", problems, err)
	}
	for _, secret := range []string{"张小明", "13800130417", "8800000011", "李大妈"} {
		if strings.Contains(r.log.String()+string(problems), secret) {
			t.Errorf("%s is told", secret)
		}
	}
	if s := r.until("the orders", func(s desk.State) bool { return s.Header.Orders == 3 }); s.Screen != desk.Diagnostics {
		t.Errorf("%s", s.Screen)
	}
	r.stop()
	last := kiosk.Event{}
	if _, err := journal.Verify(JournalFolder(f.Path), journal.VerifyOptions{Each: func(e journal.Entry) error { last = e.Event; return nil }}); err != nil {
		t.Fatal(err)
	}
	b, ok := last.Body.(kiosk.SettingsChanged)
	if !ok || b.By != "L1" || len(b.Settings) != 1 || b.Settings[0] != (kiosk.Setting{Name: "orders.import", Value: "2"}) {
		t.Errorf("the journal ends with %+v", last.Body)
	}
}

func TestImportsThatFail(t *testing.T) {
	withHQ := func(f *Folder) { f.Config.HQ.URL = "https://hq.example" }
	for name, c := range map[string]struct {
		files   map[string]string
		options string
		file    string
		change  func(*Folder)
		want    desk.JobFailure
	}{
		"no table":          {options: "rw", want: desk.JobNoFile},
		"gone meanwhile":    {options: "rw", file: "gone.csv", want: desk.JobBroken},
		"not a table":       {options: "rw", files: map[string]string{"a.xlsx": "PK nonsense"}, want: desk.JobBadFile},
		"no columns":        {options: "rw", files: map[string]string{"a.csv": "x,y\n1,2\n"}, want: desk.JobBadFile},
		"no order is good":  {options: "rw", files: map[string]string{"a.csv": "订单号,商品,数量\nB1,葡萄,x\n"}, want: desk.JobBadFile},
		"another file":      {options: "rw", file: "a.png", want: desk.JobBadFile},
		"codes cannot go":   {options: "ro", files: map[string]string{"a.csv": table}, want: desk.JobReadOnly},
		"orders come by HQ": {options: "rw", files: map[string]string{"a.csv": table}, change: withHQ, want: desk.JobFromHQ},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := localFolder(t, 1, kiosk.Policy{})
			o := officeOptions(f)
			var path string
			o.Sticks, path = stickIn(t, c.options)
			for name, content := range c.files {
				put(t, path, name, content)
			}
			r := start(t, o)
			r.stop()
			if c.change != nil {
				c.change(&r.o.Folder)
			}
			r.store = openStore(t, f)
			defer func() { _ = r.store.Close() }()
			_, err := r.perform(t.Context(), desk.Job{Kind: desk.JobImportOrders, File: c.file}, func(int, int) {})
			if got := failureOf(err); got != c.want {
				t.Errorf("%q (%v), want %q", got, err, c.want)
			}
			if n := r.store.Status().Orders; n != 1 {
				t.Errorf("%d orders are there", n)
			}
		})
	}
}

func TestAWriteProtectedStickBringsOrders(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	var path string
	o.Sticks, path = stickIn(t, "ro")
	put(t, path, "orders.csv", strings.Join(strings.Split(table, "\n")[:3], "\n"))
	r := start(t, o)
	r.signIn("stick")
	r.done(desk.TapFindTables)
	r.Tap(desk.TapImport)
	r.until("the import", func(s desk.State) bool {
		return s.Diagnostics.Job != nil && s.Diagnostics.Job.Job.Kind == desk.JobImportOrders
	})
	if got := r.ended1(); got.Failed != "" || fact(got, desk.FactTaken).Count != 1 || fact(got, desk.FactRefused).Count != 1 {
		t.Errorf("%+v", got)
	}
}
