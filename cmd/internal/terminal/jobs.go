package terminal

import (
	"context"
	"errors"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/stick"
)

// jobQueue is how many jobs may wait to be begun.
const jobQueue = 16

// tellEvery is how often the screen hears how far a job is.
const tellEvery = 150 * time.Millisecond

// found is what a job found out.
type found struct {
	result string
	facts  []desk.Fact
	files  []desk.TableFile
}

// do is desk.Options.Do: it is called on the terminal's goroutine and returns at
// once. A test that waits for a scan needs no goroutine of its own.
func (t *Terminal) do(j desk.Job) {
	if j.Kind == desk.JobTest && t.scans(j.Part) {
		t.trial = trial{job: j, until: t.o.Boot.Since() + trialTime}
		return
	}
	select {
	case t.asked <- j:
	default:
		t.desk.Progress(desk.JobState{Job: j, Ended: true, Failed: desk.JobBusy})
	}
}

// work does the jobs that the desk asks for until ctx ends, each in a goroutine
// of its own and one of a kind at a time, but for slips. A kind is free again before the screen
// hears of the end, so that the next touch finds it so.
func (t *Terminal) work(ctx context.Context) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	var mu sync.Mutex
	busy := map[desk.JobKind]bool{}
	take := func(kind desk.JobKind, to bool) (was bool) {
		mu.Lock()
		defer mu.Unlock()
		was, busy[kind] = busy[kind], to
		return was
	}
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-t.asked:
			if j.Kind != desk.JobPrint && take(j.Kind, true) { // slips wait for each other
				t.tell(ctx, desk.JobState{Job: j, Ended: true, Failed: desk.JobBusy})
				continue
			}
			underWay.Go(func() {
				end := t.finish(ctx, j)
				take(j.Kind, false)
				t.tell(ctx, end)
			})
		}
	}
}

// finish does a job and gives how it ended.
func (t *Terminal) finish(ctx context.Context, j desk.Job) desk.JobState {
	var last time.Duration
	got, err := t.perform(ctx, j, func(done, total int) {
		if now := t.o.Boot.Since(); now-last >= tellEvery {
			last = now
			t.touch(func(kiosk.Moment) { t.desk.Progress(desk.JobState{Job: j, Done: done, Total: total}) })
		}
	})
	failed := failureOf(err)
	if err != nil {
		t.o.Log.Warn("a job failed", "kind", string(j.Kind), "part", j.Part, "as", string(failed), "error", err)
	}
	return desk.JobState{Job: j, Ended: true, Failed: failed, Result: got.result, Facts: got.facts, Files: got.files}
}

func (t *Terminal) tell(ctx context.Context, j desk.JobState) {
	t.send(ctx, func(kiosk.Moment) { t.desk.Progress(j) })
}

// perform does a job. progress may be called at any rate; a total of 0 is not
// known.
func (t *Terminal) perform(ctx context.Context, j desk.Job, progress func(done, total int)) (found, error) {
	switch j.Kind {
	case desk.JobPrint:
		return found{}, t.print(ctx, j, false)
	case desk.JobExportDay:
		return t.exportDay(ctx, j)
	case desk.JobExportJournal:
		return t.exportJournal(ctx, progress)
	case desk.JobVerifyJournal:
		return t.verifyJournal(progress)
	case desk.JobFindTables:
		return t.findTables(ctx)
	case desk.JobImportOrders:
		return t.importOrders(ctx, j, progress)
	case desk.JobFindDevices:
		return t.findDevices(ctx)
	case desk.JobTest:
		return t.test(ctx, j)
	}
	return found{}, errNoDevice
}

// Why a job may fail that no other package has an error for.
var (
	errNoDevice = errors.New("there is no such device")
	errFromHQ   = errors.New("the orders come from HQ here")
	errNoFile   = errors.New("no order table is on the USB stick")
	errNoOrder  = errors.New("no order of the table could be taken")
	errNoAnswer = errors.New("HQ does not answer")
	errNotYet   = errors.New("the orders are still being looked through")
)

// failureOf gives the sentence that the screen has for an error.
func failureOf(err error) desk.JobFailure {
	for _, f := range []struct {
		is error
		as desk.JobFailure
	}{
		{context.Canceled, desk.JobCancelled},
		{stick.ErrNone, desk.JobNoStick}, {stick.ErrGone, desk.JobNoStick}, {stick.ErrNotMounted, desk.JobNotMounted},
		{stick.ErrReadOnly, desk.JobReadOnly}, {stick.ErrNoRoom, desk.JobNoRoom},
		{errNoFile, desk.JobNoFile}, {errNoOrder, desk.JobBadFile}, {ordertable.ErrEmpty, desk.JobBadFile},
		{ordertable.ErrNotATable, desk.JobBadFile}, {ordertable.ErrColumns, desk.JobBadFile}, {ordertable.ErrTooLarge, desk.JobBadFile},
		{ordertable.ErrFormat, desk.JobBadFile}, {errFromHQ, desk.JobFromHQ}, {ErrNoHQ, desk.JobNoDevice}, {errNoDevice, desk.JobNoDevice},
		{printer.ErrUnsure, desk.JobUnsure}, {printer.ErrStopped, desk.JobCancelled}, {printer.ErrFull, desk.JobBusy},
		{errSlipsWait, desk.JobBusy},
		{printer.ErrMissing, desk.JobNoDevice}, {printer.ErrDevice, desk.JobNoDevice}, {printer.ErrPaperOut, desk.JobNoPaper},
		{printer.ErrCoverOpen, desk.JobCover}, {printer.ErrBusy, desk.JobNoDevice}, {printer.ErrBroken, desk.JobNoDevice},
		{errNotYet, desk.JobBusy}, {errNoAnswer, desk.JobNoAnswer}, {journal.ErrDamaged, desk.JobUnsound}, {journal.ErrEmpty, desk.JobBroken},
	} {
		if errors.Is(err, f.is) {
			return f.as
		}
	}
	if err != nil {
		return desk.JobBroken
	}
	return ""
}
