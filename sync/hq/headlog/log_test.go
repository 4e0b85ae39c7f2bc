package headlog_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/hq"
	"hexiao/sync/hq/headlog"
)

// Heads of several points are pushed while three servers log: each gets in once, or is
// covered by a longer one.
func TestSeveralServers(t *testing.T) {
	each(t, func(w *world) {
		var pushes, logs sync.WaitGroup
		done := make(chan struct{})
		for _, id := range []kiosk.TerminalID{"K1", "K2", "K3"} {
			h := w.server(w.other())
			pushes.Go(func() {
				for range 20 {
					w.pushTo(h, id, 2)
				}
			})
			log := headlog.New(h)
			logs.Go(func() {
				for ended := false; !ended; {
					select {
					case <-done:
						ended = true
					default:
					}
					if _, err := log.Append(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		pushes.Wait()
		close(done)
		logs.Wait()
		rep := w.sound(headlog.Options{})
		if rep.Waiting != 0 || rep.Events != 120 || rep.Terminals != 3 || rep.Size < 3 || rep.Size > 63 {
			t.Errorf("%+v", rep)
		}
		seen := map[string]bool{}
		for k, v := range w.docs() {
			if k.Collection == "headlog/entry" && seen[string(v)] {
				t.Errorf("entry %s is there twice", k.Key)
			}
			seen[string(v)] = true
		}
	})
}

// A store from before the log gets the heads that it has; what was not logged yet
// waits, and is no finding.
func TestTheLogBegins(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.log.Verify(t.Context(), headlog.Options{}); !errors.Is(err, hq.ErrNotFound) {
			t.Errorf("without a log: %v", err)
		}
		w.append(0)
		if rep := w.sound(headlog.Options{}); rep.Size != 0 || !strings.Contains(rep.Note, "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n") {
			t.Errorf("an empty log: %+v", rep) // RFC 6962: the SHA-256 of nothing
		}
		w.push("K1", 3)
		w.push("K2", 1)
		w.setBack(nil) // as if nobody had watched
		w.push("K2", 1)
		w.append(2)
		w.push("K2", 1)
		w.push("K2", 1)
		if rep := w.sound(headlog.Options{}); rep.Size != 2 || rep.Waiting != 2 || rep.Events != 7 {
			t.Errorf("%+v", rep)
		}
		w.append(1) // the longer one
		if rep := w.sound(headlog.Options{Since: []byte(w.verify(headlog.Options{}).Note)}); rep.Size != 3 || rep.Waiting != 0 || *rep.Since != 3 {
			t.Errorf("%+v", rep)
		}
	})
}

// More heads than one transaction takes.
func TestManyHeads(t *testing.T) {
	each(t, func(w *world) {
		w.append(0)
		var saved []string
		for range 6 {
			w.clock.Advance(25 * time.Hour)
			for n := range 130 {
				w.push([]kiosk.TerminalID{"K1", "K2", "K3"}[n%3], 1)
				if n%26 == 0 {
					if _, err := w.log.Append(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			saved = append(saved, w.sound(headlog.Options{}).Note)
		}
		for _, s := range saved {
			w.sound(headlog.Options{Since: []byte(s)})
		}
	})
}

// brokenStore fails an update at its end, or loses what became of it.
type brokenStore struct {
	hq.Store
	before, after bool
}

var errPower = errors.New("the power is gone")

func (b *brokenStore) Update(ctx context.Context, fn func(hq.Tx) error) error {
	err := b.Store.Update(ctx, func(tx hq.Tx) error {
		err := fn(tx)
		if b.before {
			err = errors.Join(err, errPower)
		}
		return err
	})
	if b.after {
		err = errors.Join(err, errPower)
	}
	return err
}

// A server that dies before or after the commit of entries and checkpoint leaves
// nothing half done.
func TestPowerCuts(t *testing.T) {
	each(t, func(w *world) {
		w.append(0)
		for _, cut := range []*brokenStore{{before: true}, {after: true}} {
			w.push("K1", 2)
			w.push("K3", 1)
			cut.Store = w.store
			if _, err := headlog.New(w.server(cut)).Append(t.Context()); !errors.Is(err, errPower) {
				t.Fatalf("it lived: %v", err)
			}
			rep := w.sound(headlog.Options{})
			if cut.before && (rep.Size != 0 || rep.Waiting != 2) || cut.after && (rep.Size != 4 || rep.Waiting != 0) {
				t.Errorf("%+v", rep)
			}
			if _, err := w.log.Append(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if rep := w.sound(headlog.Options{}); rep.Size != 4 {
			t.Errorf("%+v", rep)
		}
	})
}

// Checkpoints of before a rotation stay good, those of another HQ are not.
func TestRotation(t *testing.T) {
	each(t, func(w *world) {
		w.push("K1", 1)
		w.append(1)
		first := []byte(w.sound(headlog.Options{}).Note)
		if _, err := w.hq.RotateKey(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(48 * time.Hour)
		w.push("K1", 1)
		if pg := w.other(); pg != w.store { // it knows the identity of before for a second
			w.over(pg)
		}
		w.append(1)
		rep := w.sound(headlog.Options{Since: first})
		line := func(note string) string { _, s, _ := strings.Cut(note, "\n\n"); return s[:40] }
		if line(rep.Note) == line(string(first)) {
			t.Error("the new key does not sign")
		}
		for text, want := range map[string]error{
			"":                        hq.ErrInput,
			"no note":                 hq.ErrInput,
			strings.Repeat("x", 9000): hq.ErrInput,
			strings.Replace(rep.Note, "\n2\n", "\n1\n", 1): hq.ErrInput,
		} {
			if _, err := w.log.Verify(t.Context(), headlog.Options{Since: []byte(text)}); !errors.Is(err, want) {
				t.Errorf("%.30q: %v", text, err)
			}
		}
		// A chain in which the second key does not follow.
		w.update(func(tx hq.Tx) error {
			id, _, err := tx.Identity()
			if err != nil {
				return err
			}
			id.Keys[1].Proof = bytes.Clone(id.Keys[0].Seed)
			return tx.PutIdentity(id)
		})
		if got := of(w.verify(headlog.Options{})); !slices.Equal(got, []finding{{headlog.KindKeys, "", 0, -1}}) {
			t.Errorf("found %+v", got)
		}
	})
}

// A withheld event keeps its place by its hash, and a terminal that is gone is missed.
func TestWithheldAndGone(t *testing.T) {
	each(t, func(w *world) {
		w.push("K1", 1)
		b := kiosk.Batch{Terminal: "K1", Prev: w.heads["K1"], Records: []kiosk.Record{{Epoch: 1, Seq: 2, Withheld: kiosk.Hash{9}}}}
		if _, err := w.hq.Push(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		w.heads["K1"] = b.Head()
		w.push("K1", 2)
		w.append(1)
		if rep := w.sound(headlog.Options{}); rep.Withheld != 1 || rep.Events != 4 {
			t.Errorf("%+v", rep)
		}
	})
}

// export writes a journal of n sign-ins on a terminal's disk; from another one's on
// they are different ones.
func export(t *testing.T, id kiosk.TerminalID, device ed25519.PrivateKey, n, from int) (file []byte, records []kiosk.Record) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "journal")
	j, err := journal.Open(journal.Options{Dir: dir, Terminal: id, MACKey: bytes.Repeat([]byte{1}, 32), FS: journal.OS()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := j.Append(kiosk.Event{ID: kiosk.EventID{byte(i + 1), byte(max(0, i+1-from))}, Body: kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := journal.Export(dir, &b, journal.ExportOptions{DeviceKey: device}); err != nil {
		t.Fatal(err)
	}
	_, err = journal.VerifyExport(bytes.NewReader(b.Bytes()), journal.VerifyOptions{Each: func(e journal.Entry) error {
		e.Record.Payload = bytes.Clone(e.Record.Payload)
		records = append(records, e.Record)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), records
}

// A terminal's own journal is held against the log, through the operator's interface.
func TestExports(t *testing.T) {
	each(t, func(w *world) {
		device := ed25519.NewKeyFromSeed(make([]byte, 32))
		file, records := export(t, "K1", device, 5, 9)
		other, _ := export(t, "K2", device, 5, 9)
		stranger, _ := export(t, "K1", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), 5, 9)
		for _, part := range [][]kiosk.Record{records[:3], records[3:]} {
			b := kiosk.Batch{Terminal: "K1", Prev: w.heads["K1"], Records: part}
			if _, err := w.hq.Push(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			w.heads["K1"] = b.Head()
			w.append(1)
		}
		w.push("K2", 4)
		w.append(1)
		short, _ := export(t, "K1", device, 4, 9)
		forked, _ := export(t, "K1", device, 5, 3)
		ask := func(body []byte, query string) (rep headlog.Report, status int, text string) {
			r := httptest.NewRequest(http.MethodPost, "/admin/v1/verify"+query, bytes.NewReader(body))
			rec := httptest.NewRecorder()
			w.log.ServeVerify(rec, r)
			text = rec.Body.String()
			_ = json.Unmarshal(rec.Body.Bytes(), &rep)
			return rep, rec.Code, text
		}
		rep, status, _ := ask(nil, "")
		if status != 200 || !rep.Sound() || rep.Size != 3 {
			t.Errorf("%d: %+v", status, rep)
		}
		since := "?" + url.Values{"since": {base64.RawURLEncoding.EncodeToString([]byte(rep.Note))}}.Encode()
		for what, c := range map[string]struct {
			body []byte
			want []finding
		}{
			"its own":            {file, nil},
			"of another journal": {other, []finding{{headlog.KindExportDiffers, "K2", 1, -1}}},
			"of another device":  {stranger, []finding{{headlog.KindExportDevice, "K1", 0, -1}}},
			"that is too short":  {short, []finding{{headlog.KindExportShort, "K1", 5, 1}}},
			"that forks":         {forked, []finding{{headlog.KindExportDiffers, "K1", 4, -1}}},
			"that is cut off":    {file[:len(file)-len(file)/5], nil},
		} {
			rep, status, text := ask(c.body, since)
			if status != 200 {
				t.Errorf("an export %s: %d, %s", what, status, text)
			}
			if got := of(rep); c.want != nil && !slices.Equal(got, c.want) || what == "its own" && (len(got) > 0 || rep.Exported != 5) ||
				what == "that is cut off" && (len(got) == 0 || got[0].kind != headlog.KindExportDamaged) {
				t.Errorf("an export %s: %+v", what, rep)
			}
		}
		for body, query := range map[string]string{"order,product\n": "", "": "?since=!", string(file[:40]): ""} {
			if _, status, text := ask([]byte(body), query); status != http.StatusBadRequest {
				t.Errorf("%.20q: %d, %s", body, status, text)
			}
		}
	})
}

// Heads are logged while the server runs.
func TestRun(t *testing.T) {
	w := newWorld(t)
	synctest.Test(t, func(t *testing.T) {
		store := &quietStore{}
		w.over(store)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.log.Run(ctx) }()
		<-time.After(11 * time.Second)
		cancel()
		if err := <-ended; err != nil || store.looks != 6 {
			t.Errorf("%d looks, %v", store.looks, err)
		}
		store.fail = errPower
		if err := w.log.Run(t.Context()); !errors.Is(err, errPower) {
			t.Errorf("it goes on: %v", err)
		}
	})
}

// quietStore has a log in which nothing waits.
type quietStore struct {
	hq.Store
	hq.Tx
	looks int
	fail  error
}

func (s *quietStore) View(_ context.Context, fn func(hq.Tx) error) error {
	return errors.Join(s.fail, fn(s))
}
func (s *quietStore) Identity() (hq.Identity, bool, error) { return hq.Identity{}, true, nil }
func (s *quietStore) Doc(hq.DocKey) ([]byte, bool, error)  { return nil, true, nil }
func (s *quietStore) AllDocs(string, hq.DocPlace, int) ([]hq.Doc, error) {
	s.looks++
	return nil, nil
}
