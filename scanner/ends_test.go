package scanner

import "testing"

func TestEnds(t *testing.T) {
	var e Ends
	for range 100 { // a device without marks
		if !e.Pause() {
			t.Fatal("a text of a device without end marks was refused")
		}
	}
	for range sure - 1 {
		e.Mark()
	}
	if !e.Pause() {
		t.Error("sure too early")
	}
	for range sure {
		e.Mark()
	}
	if e.Pause() {
		t.Error("half a text passed")
	}
	e.Mark() // it was the cable
	if e.Pause() {
		t.Error("half a text passed after a whole one")
	}
	if e.Pause() {
		t.Error("it was set up anew after one text already")
	}
	if !e.Pause() {
		t.Error("a device that was set up anew is never believed")
	}
}
