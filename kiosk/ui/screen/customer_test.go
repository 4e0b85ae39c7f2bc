package screen

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// touchAll taps every row and star, in the order in which they are drawn.
func touchAll(v *View) {
	var found []*look.Target
	walk(v.Object, func(o fyne.CanvasObject) {
		if t, ok := o.(*look.Target); ok {
			found = append(found, t)
		}
	})
	for _, t := range found {
		test.Tap(t)
	}
}

func TestCustomersScreensSendTheirActions(t *testing.T) {
	all := []desk.Action{desk.TapLanguage, desk.TapLeader}
	for _, c := range []struct {
		sample string
		screen func(*look.Kit, desk.State, Actions) *View
		want   []desk.Action
		picks  []string
	}{
		{"choose", Choose, []desk.Action{desk.TapBack, desk.TapCollect}, []string{"tick O86", "tick O91"}},
		{"choose-none", Choose, []desk.Action{desk.TapBack}, []string{"tick O86", "tick O91"}},
		{"accepted-reported", Accepted, []desk.Action{desk.TapRate, desk.TapInvoice, desk.TapDone}, nil},
		{"missing", Missing, []desk.Action{desk.TapBack}, []string{"missing-line 0", "missing-line 1", "missing-line 2"}},
		{"missing-counted", Missing, []desk.Action{desk.TapBack, desk.TapSend}, []string{
			"missing-short 0:0", "missing-short 0:1", "missing-damaged 0:1", "missing-damaged 0:2",
			"missing-line 0", "missing-line 1", "missing-line 2",
		}},
		{"missing-sent", Missing, []desk.Action{desk.TapDone}, nil},
		{"rate", Rate, []desk.Action{desk.TapBack}, stars()},
		{"rate-some", Rate, []desk.Action{desk.TapBack, desk.TapSend}, append([]string{"rating-tag slow", "rating-tag unkind"}, stars()...)},
		{"invoice", Invoice, []desk.Action{desk.TapPersonal, desk.TapCompany, desk.TapBack}, nil},
		{"invoice-personal", Invoice, []desk.Action{desk.TapPersonal, desk.TapBack}, nil},
		{"invoice-typing", Invoice, []desk.Action{desk.TapBack, desk.TapErase, desk.TapSend}, nil},
		{"invoice-titled", Invoice, []desk.Action{desk.TapBack, desk.TapSend}, nil},
		{"invoice-page", Invoice, []desk.Action{desk.TapDone}, nil},
		{"invoice-page-several", Invoice, []desk.Action{desk.TapNextPage, desk.TapDone}, nil},
	} {
		v, h, _ := make1(t, c.sample, c.screen)
		tapAll(v)
		touchAll(v)
		if want := append(c.want, all...); !equal(h.taps, want) {
			t.Errorf("%s sent %v, want %v", c.sample, h.taps, want)
		}
		if !slices.Equal(h.picks, c.picks) {
			t.Errorf("%s picked %q, want %q", c.sample, h.picks, c.picks)
		}
		if keys := string(h.keys); (c.sample == "invoice-typing") != (keys == "1234567890QWERTYUIOPASDFGHJKLZXCVBNM ") {
			t.Errorf("%s sent the keys %q", c.sample, keys)
		}
	}
}

func stars() (out []string) {
	for _, row := range []string{"goods", "service", "logistics"} {
		for _, n := range "12345" {
			out = append(out, "stars "+row+":"+string(n))
		}
	}
	return out
}

// What a tap changes is shown without another screen being built.
func TestCustomersScreensFollow(t *testing.T) {
	v, _, s := make1(t, "choose", Choose)
	s.Choose.Orders[1].Ticked, s.Choose.Ticked = false, 1
	if v.Update(s); !says(v, "提走 1 单") {
		t.Error("Choose does not say how many orders are ticked")
	}
	s.Choose.Ticked = 0
	if v.Update(s); !says(v, "请选要提的单") {
		t.Error("Choose does not ask for one")
	}

	v, h, s := make1(t, "missing", Missing)
	if says(v, "应该有 2 件") {
		t.Error("Missing counts before a line is chosen")
	}
	s.Missing.Here = 0
	if v.Update(s); !says(v, "应该有 2 件") {
		t.Error("Missing does not count the line that was tapped")
	}
	s.Missing.Lines = slices.Clone(s.Missing.Lines)
	s.Missing.Lines[0].Short, s.Missing.Units = 1, 1
	v.Update(s)
	if tapAll(v); !slices.Contains(h.taps, desk.TapSend) || !says(v, "1 件有问题") {
		t.Errorf("Missing does not let a report be sent: %v", h.taps)
	}

	v, h, s = make1(t, "rate", Rate)
	s.Rate = desk.RateState{Goods: 2, Tags: []desk.RateTag{{Tag: kiosk.TagShort}}}
	v.Update(s)
	if tapAll(v); !slices.Equal(h.picks, []string{"rating-tag short"}) || !slices.Contains(h.taps, desk.TapSend) {
		t.Errorf("Rate with few stars: %v, %v", h.picks, h.taps)
	}
	s.Rate = desk.RateState{Goods: 5}
	if v.Update(s); says(v, "少东西") {
		t.Error("Rate with five stars asks what was wrong")
	}

	v, _, s = make1(t, "invoice-company", Invoice)
	s.Invoice.Tax, s.Invoice.Fault = "91350100M", desk.InvoiceLength
	if v.Update(s); !says(v, "9135 0100 M") || says(v, "18 位") {
		t.Error("Invoice does not show the number")
	}
	v, _, s = make1(t, "invoice-titled", Invoice)
	s.Invoice.Fault = desk.InvoiceUnsealed
	if v.Update(s); !says(v, "本机现在不能申请，") && !says(v, "本机现在不能申请，请在小程序里申请") {
		t.Error("Invoice does not say that it cannot")
	}
}

// Every choice and fault has a word in both languages.
func TestCustomersWords(t *testing.T) {
	var ids []string
	for _, tag := range kiosk.RatingTags() {
		ids = append(ids, "tag."+string(tag))
	}
	for _, row := range desk.RateRows() {
		ids = append(ids, "rate."+string(row))
	}
	for _, f := range []desk.InvoiceFault{desk.InvoiceLength, desk.InvoiceCheck, desk.InvoiceDamaged, desk.InvoiceElsewhere, desk.InvoiceUnsealed} {
		ids = append(ids, "invoice.fault."+string(f))
	}
	for _, l := range []look.Lang{look.Chinese, look.English} {
		for _, id := range ids {
			if w := words(t, l); w.Say(id) == id {
				t.Errorf("%s: %s has no words", l, id)
			}
		}
	}
}

// Nothing on Choose is more than a masked name and the tail of a phone, and what
// cannot go out says why.
func TestChooseSaysWhyNot(t *testing.T) {
	k := kit(t, look.Chinese)
	for _, n := range sample.States(desk.Chinese) {
		if n.Name != "choose-mixed" {
			continue
		}
		rows := chooseRows(k.Words, n.State, (&heard{}).actions())
		var got []string
		for _, r := range rows {
			got = append(got, r.Title+"/"+r.Tag+"/"+r.Note)
		}
		want := []string{
			"提货号\u00a086/B-12/阳光玫瑰葡萄\u00a0×\u00a02\u00a0· \u200b鲜牛奶\u00a0×\u00a01\u00a0· \u200b还有 1 种", "提货号\u00a091/C-03/鸡蛋\u00a0×\u00a01",
			"提货号\u00a092/要付 ¥12.80/鲜牛奶\u00a0×\u00a01", "提货号\u00a095/等团长确认/阳光玫瑰葡萄\u00a0×\u00a02\u00a0· \u200b鲜牛奶\u00a0×\u00a01",
			"提货号\u00a097/还没到货/预计明天 18:06 到货", "提货号\u00a098/已提货/今天 17:42 在本机提走 3 件", "提货号\u00a099/正在退款/这一单正在退款，暂时不能提货",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		for i, r := range rows {
			if (r.Ticked == nil) != (i > 3) || (r.Tapped == nil) != (i > 3) {
				t.Errorf("row %d can be ticked: %v", i, r.Ticked != nil)
			}
		}
	}
}

func TestCustomersScreensOfAnEmptyState(t *testing.T) {
	k := kit(t, look.English)
	for _, f := range []func(*look.Kit, desk.State, Actions) *View{Choose, Missing, Rate, Invoice} {
		for _, s := range []desk.State{
			{}, {Missing: desk.MissingState{Here: 3}, Invoice: desk.InvoiceState{Step: desk.InvoicePage}, Total: 20},
			{Missing: desk.MissingState{Sent: true}, Invoice: desk.InvoiceState{Step: desk.InvoiceCompany}},
		} {
			v := f(k, s, (&heard{}).actions())
			v.Object.Resize(fyne.NewSize(1280, 800))
			v.Update(s)
			tapAll(v)
			touchAll(v)
		}
	}
}
