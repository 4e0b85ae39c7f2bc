package pgstore_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

// reference are the tables that Citus would keep whole everywhere; see the end of
// the first migration.
const reference = " identity counters terminal_points enrolments touches "

// tables finds the tables that a statement reads or writes.
func tables(sql string) (names []string) {
	for _, m := range regexp.MustCompile(`(?i)\b(?:from|into|update|join)\s+([a-z_]+)`).FindAllStringSubmatch(sql, -1) {
		if name := strings.ToLower(m[1]); name != "set" { // DO UPDATE SET, FOR UPDATE
			names = append(names, name)
		}
	}
	return names
}

// namesPoint reports whether Citus could send a statement to the one shard of its
// point: everything that it reads or writes is of a point that a parameter gives.
func namesPoint(sql string) bool {
	sharded := false
	for _, name := range tables(sql) {
		sharded = sharded || !strings.Contains(reference, " "+name+" ")
	}
	if !sharded {
		return true
	}
	body := strings.Join(strings.Fields(sql), " ")
	if into, columns, ok := strings.Cut(body, "INSERT INTO "); ok && !strings.Contains(into, "WITH") {
		return regexp.MustCompile(`^[a-z_]+ \(point, [^)]*\) (VALUES \(|SELECT )(\$1|@point)\b`).MatchString(columns)
	}
	return regexp.MustCompile(`\bWHERE (.* AND )?point = (\$\d|@point)`).MatchString(body) && !strings.Contains(body, " OR ")
}

// Every query names the point, or says above it why it does not.
func TestQueriesNameThePoint(t *testing.T) {
	raw, err := os.ReadFile("queries.sql")
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, block := range strings.Split(string(raw), ";\n") {
		head, sql, ok := strings.Cut(block, "-- name: ")
		if !ok {
			continue
		}
		all++
		name, sql, _ := strings.Cut(sql, " ")
		_, sql, _ = strings.Cut(sql, "\n")
		if excused := strings.Contains(head, "-- all points: "); excused == namesPoint(sql) {
			t.Errorf("query %s: it names the point: %v; it is said to be of all points: %v", name, !excused, excused)
		}
	}
	if all < 40 {
		t.Errorf("only %d queries were read", all)
	}
}

func TestNamesPointCanFail(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT data FROM events WHERE terminal = $1 AND seq = $2":               false,
		"SELECT data FROM events WHERE point = $1 OR seq = $2":                   false,
		"SELECT data FROM events WHERE seq = $2 AND point = $1":                  true,
		"INSERT INTO events (terminal, point) VALUES ($1, $2)":                   false,
		"INSERT INTO events (point, terminal) SELECT unnest($1::bytea[]), $2":    false,
		"INSERT INTO events (point, seq) SELECT $1, unnest($2::bigint[])":        true,
		"UPDATE orders SET data = $1 WHERE id = $2":                              false,
		"SELECT point FROM terminal_points WHERE terminal = $1":                  true,
		"SELECT 1 FROM terminal_points t JOIN events e ON e.terminal=t.terminal": false,
	} {
		if namesPoint(sql) != want {
			t.Errorf("%s: names the point %v", sql, !want)
		}
	}
}

// recorder keeps what was asked of the server.
type recorder struct {
	mu    sync.Mutex
	sent  []string
	trips int // a batch is one
}

func (r *recorder) trip() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips++
}

// takeTrips gives how often the server was waited for since it was asked last.
func (r *recorder) takeTrips() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.trips
	r.trips = 0
	return n
}

func (r *recorder) say(sql string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, sql)
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.sent
	r.sent = nil
	return sent
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.say(d.SQL)
	r.trip()
	return ctx
}
func (*recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (r *recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	r.trip()
	return ctx
}
func (r *recorder) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	r.say(d.SQL)
}
func (*recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// traced opens a store that records what it asks.
func traced(t testing.TB, address string) (*pgstore.Store, *recorder) {
	t.Helper()
	config, err := pgstore.Config(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	config.ConnConfig.Tracer = r
	s, err := pgstore.OpenConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, r
}

// serve puts an HQ over a store, with the points that hqtest.Start makes unless they
// are there.
func serve(t testing.TB, store hq.Store, points ...kiosk.PointID) *hqtest.Server {
	t.Helper()
	return serveWith(t, store, nil, points...)
}

// serveWith is serve with what hears of each transaction.
func serveWith(t testing.TB, store hq.Store, finishers []hq.Finisher, points ...kiosk.PointID) *hqtest.Server {
	t.Helper()
	platform, err := hq.New(t.Context(), hq.Config{Store: store, Now: time.Now, Random: rand.Reader, Finishers: finishers})
	if err != nil {
		t.Fatal(err)
	}
	s := hqtest.Serve(t, platform, store)
	for _, id := range points {
		s.AddPoint(id, kiosk.Policy{})
	}
	return s
}

// enrol makes a terminal known and gives its client.
func enrol(t testing.TB, s *hqtest.Server, point kiosk.PointID) (*client.HQ, kiosk.TerminalID) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e, err := client.Enrol(t.Context(), client.EnrolOptions{Address: s.URL, Code: s.Code(point), Name: "door", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Options{Address: s.URL, Terminal: e.Terminal, Point: e.Point, Key: key, HQ: hqring.New(e.HQKey), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, e.Terminal
}

// redeemed are events of handovers, one an order.
func redeemed(t testing.TB, terminal kiosk.TerminalID, orders ...kiosk.OrderID) kiosk.Batch {
	t.Helper()
	b := kiosk.Batch{Terminal: terminal}
	for i, id := range orders {
		e := kiosk.Event{At: kiosk.Moment{Wall: time.Now()}, Body: kiosk.Redeemed{
			Order: id, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera",
		}}
		if _, err := rand.Read(e.ID[:]); err != nil {
			t.Fatal(err)
		}
		payload, _, err := kiosk.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: uint64(i + 1), Payload: payload})
	}
	return b
}

// What a terminal has HQ do, from its enrolment on, names its point in every query:
// not only as the queries are written, but as they are sent.
func TestHotPathNamesThePoint(t *testing.T) {
	store, sent := traced(t, pgtest.Start(t))
	s := serve(t, store, "P001", "P002")
	ids := []kiosk.OrderID{}
	for i := range 5 {
		id := kiosk.OrderID(fmt.Sprint("order-", i))
		s.Import("P001", hqtest.Entry(id))
		ids = append(ids, id)
	}
	sent.take()
	check := func(what string, most int) {
		t.Helper()
		all := sent.take()
		trips := 0
		for _, sql := range all {
			if strings.Contains(sql, "CleanNonces") {
				continue // once a minute
			}
			if !namesPoint(sql) {
				t.Errorf("%s asks all points: %s", what, sql)
			}
			if !strings.HasPrefix(sql, "BEGIN") && sql != "COMMIT" {
				trips++
			}
		}
		if trips == 0 || trips > most {
			t.Errorf("%s asks %d times, want 1 to %d:\n%s", what, trips, most, strings.Join(all, "\n"))
		}
	}
	c, terminal := enrol(t, s, "P001")
	check("an enrolment", 20)
	if _, err := c.Orders(t.Context(), "", func(kiosk.Page) error { return nil }); err != nil {
		t.Fatal(err)
	}
	check("a pull", 12)
	b := redeemed(t, terminal, ids...)
	if _, err := c.Push(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	check("a push", 12)
	if _, err := c.Push(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	check("a push that is repeated", 20)
	if err := c.Tell(t.Context(), kiosk.Condition{Fault: "E-JOURNAL"}); err != nil {
		t.Fatal(err)
	}
	check("a condition", 8)
}
