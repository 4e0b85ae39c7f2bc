package sample

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// tally is a day that goes well, mostly.
func tally() desk.Tally {
	t := desk.Tally{Known: true, ToCollect: 318, Collected: 142, Overdue: 6, Exceptions: 2, Conflicts: 1, Consigned: 2}
	for h, n := range map[int]int{8: 4, 9: 12, 10: 16, 11: 9, 12: 7, 13: 3, 14: 6, 15: 10, 16: 18, 17: 34, 18: 23} {
		t.Hours[h] = n
	}
	return t
}

// led is a state with a leader signed in.
func led(screen desk.Screen) desk.State {
	return desk.State{Screen: screen, Leader: "王团长", Role: kiosk.RoleLeader, Tally: tally()}
}

func entries() []desk.Entry {
	entry := func(id kiosk.OrderID, number, shelf, name, tail string, products ...string) desk.Entry {
		return desk.Entry{
			ID: id, Status: kiosk.StatusArrived, PickupNumber: number, Shelf: shelf, Customer: kiosk.Masked{Name: name, Tail: tail},
			Products: products, Units: 4, Left: 4, Arrived: true,
		}
	}
	due := entry("O1003", "88", "A-04", "王**", "8812", "五常大米")
	due.Due = 1280
	overdue := entry("O1004", "73", "C-11", "李*", "2046", "冷冻虾仁", "带鱼段")
	overdue.CollectBy = Now().AddDate(0, 0, -2)
	held := entry("O1005", "90", "B-02", "欧阳**", "7731", "阳光玫瑰葡萄")
	held.Held = true
	reported := entry("O1006", "64", "D-07", "张**", "5150", "鸡蛋")
	reported.Left, reported.Reports, reported.Collected = 0, 1, Now().Add(-2*time.Hour)
	cancelled := entry("O1007", "59", "", "陈*", "0088", "云南高原有机无农药残留新鲜采摘阳光玫瑰青提葡萄家庭分享装", "鲜牛奶", "鸡蛋")
	cancelled.Status = kiosk.StatusRefunded
	return []desk.Entry{
		entry("O1001", "86", "B-12", "张*", "0417", "阳光玫瑰葡萄", "鲜牛奶", "鸡蛋"),
		entry("O1002", "87", "B-12", "赵*", "6620", "鲜牛奶"),
		due, overdue, held, reported, cancelled,
		entry("O1008", "", "", "", ""),
	}
}

func counters() []Named {
	on := func(c desk.CounterState) desk.State {
		s := led(desk.Counter)
		s.Counter = c
		return s
	}
	today := on(desk.CounterState{Mode: desk.CounterToday})
	quiet := today
	quiet.Tally = desk.Tally{Known: true}
	loading := today
	loading.Tally = desk.Tally{}
	offline := today
	offline.Header = Offline()
	staff := today
	staff.Leader, staff.Role = "小周", kiosk.RoleStaff
	list := desk.CounterState{Mode: desk.CounterList, Filter: desk.FilterToCollect, Entries: entries(), From: 40, Total: 318}
	found := desk.CounterState{Mode: desk.CounterList, Filter: desk.FilterAll, Text: "zhang", Entries: entries()[:3], Total: 3}
	typing := desk.CounterState{Mode: desk.CounterTyping, Text: "葡萄", Entries: entries()[4:], Total: 12}
	none := desk.CounterState{Mode: desk.CounterTyping, Text: "QXZ"}
	printing, waiting, printed, jammed, unsure := on(found), on(found), on(found), on(found), on(found)
	slip := desk.Job{Number: 1, Kind: desk.JobPrint, Slip: desk.SlipHandover}
	printing.Job = &desk.JobState{Job: desk.Job{Number: 1, Kind: desk.JobExportDay}, Done: 120, Total: 460}
	waiting.Job = &desk.JobState{Job: slip, Waits: desk.JobCover}
	unsure.Job = &desk.JobState{Job: slip, Ended: true, Failed: desk.JobUnsure}
	printed.Job = &desk.JobState{Job: slip, Ended: true}
	jammed.Job = &desk.JobState{Job: slip, Ended: true, Failed: desk.JobNoPaper}
	return []Named{
		{Name: "counter", State: today},
		{Name: "counter-quiet", State: quiet},
		{Name: "counter-loading", State: loading},
		{Name: "counter-offline", State: offline},
		{Name: "counter-staff", State: staff},
		{Name: "counter-list", State: on(list)},
		{Name: "counter-list-empty", State: on(desk.CounterState{Mode: desk.CounterList, Filter: desk.FilterOverdue})},
		{Name: "counter-found", State: on(found)},
		{Name: "counter-typing", State: on(typing)},
		{Name: "counter-typing-empty", State: on(desk.CounterState{Mode: desk.CounterTyping})},
		{Name: "counter-typing-nothing", State: on(none)},
		{Name: "counter-job", State: printing},
		{Name: "counter-job-waits", State: waiting},
		{Name: "counter-job-done", State: printed},
		{Name: "counter-job-failed", State: jammed},
		{Name: "counter-job-unsure", State: unsure},
	}
}
