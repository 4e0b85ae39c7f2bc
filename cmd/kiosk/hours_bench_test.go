package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"hexiao/scanner/scannertest"
)

// A working day: 480 customers, one a minute for eight hours, come twenty times
// as fast. Every one scans; every fourth types first, changes the language or
// looks who signs in; the camera's picture shows between them. HEXIAO_BENCH_DAY
// says how long that takes instead of 24 minutes, and with it how many come.
func BenchmarkDay(b *testing.B) {
	const every = 3 * time.Second
	day := 24 * time.Minute
	if s := os.Getenv("HEXIAO_BENCH_DAY"); s != "" {
		var err error
		if day, err = time.ParseDuration(s); err != nil {
			b.Fatal(err)
		}
	}
	customers := int(day / every)
	d := startDisplay(b, 1280, 800)
	port := scannertest.NewPort(b)
	cmd, log := d.startKiosk("--data", many(b, customers+1), "--camera", film(b, false), "--serial", port.Path)
	d.fills()
	escape, digit := d.keycode(0xff1b), d.keycode('7')
	var mb [5]float64 // after none, a quarter… all of the day
	for b.Loop() {
		next := time.NewTicker(every)
		for i := range customers {
			if i%(customers/4) == 0 {
				mb[min(4, 4*i/customers)] = resident(b, cmd.Process.Pid)
			}
			switch i % 4 {
			case 1: // a code that nobody has is begun and given up
				d.key(digit)
				d.key(digit)
				d.key(escape)
			case 2: // another language
				d.tap(0.08, 0.945)
			case 3: // the leader's door, and back
				d.tap(0.93, 0.945)
				pause(every / 6) // a hand needs longer; a code that comes meanwhile is told to wait
				d.key(escape)
				pause(every / 6)
			}
			port.Send(code(i) + "\r\n")
			<-next.C
			d.key(escape)
		}
		next.Stop()
		mb[4] = resident(b, cmd.Process.Pid)
	}
	// A code that comes while the leader's door is open is told to wait.
	taken, later := strings.Count(log.String(), "verdict=accepted"), strings.Count(log.String(), "verdict=busy")
	b.ReportMetric(float64(taken), "accepted")
	b.ReportMetric(float64(customers-taken-later), "unanswered")
	for i, name := range []string{"mb_start", "mb_quarter", "mb_half", "mb_three_quarters", "mb_end"} {
		b.ReportMetric(mb[i], name)
	}
	b.ReportMetric(mb[4]/mb[2], "end_of_half")
	b.ReportMetric(float64(goroutines(b, cmd.Process, log)), "goroutines")
	b.ReportMetric(0, "ns/op")
}

// goroutines ends a program as SIGQUIT does and counts what it was doing.
func goroutines(b *testing.B, p *os.Process, log fmt.Stringer) int {
	b.Helper()
	if err := p.Signal(syscall.SIGQUIT); err != nil {
		b.Fatal(err)
	}
	eventually(b, "it tells what it was doing", func() bool {
		return strings.Contains(log.String(), "\nrflags") || strings.Contains(log.String(), "\nr0 ")
	})
	return strings.Count(log.String(), "\ngoroutine ")
}

// BenchmarkFresh is the number of goroutines to hold BenchmarkDay's beside: those
// of a program that one customer has used.
func BenchmarkFresh(b *testing.B) {
	for b.Loop() {
		d := startDisplay(b, 1280, 800)
		port := scannertest.NewPort(b)
		cmd, log := d.startKiosk("--data", many(b, 1), "--camera", film(b, false), "--serial", port.Path)
		d.fills()
		port.Send(code(0) + "\r\n")
		d.shows("Accepted", accept, 0.2)
		pause(3 * time.Second)
		b.ReportMetric(float64(goroutines(b, cmd.Process, log)), "goroutines")
		b.ReportMetric(0, "ns/op")
	}
}
