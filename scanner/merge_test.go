package scanner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMergeOneStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		both := make(chan struct{})
		says := func(source, text string) *script {
			return &script{name: source, steps: []func(context.Context, Emit, func(Health)) error{
				func(ctx context.Context, emit Emit, report func(Health)) error {
					<-both
					emit(Scan{Text: text, Source: source})
					emit(Scan{Text: "only " + source, Source: source})
					emit(Scan{Text: strings.Repeat("x", MaxText+1), Source: source})
					return nil
				},
			}}
		}
		wrong := &script{name: "wedge", steps: []func(context.Context, Emit, func(Health)) error{fails(ErrFatal)}}
		var texts []string
		var dropped int
		close(both)
		err := Merge{Sources: []Source{says("camera", "same"), says("serial", "same"), wrong}, Now: time.Now}.Run(t.Context(),
			func(s Scan) { texts = append(texts, s.Text) },
			func(h Health) {
				if strings.Contains(h.Detail, "dropped") {
					dropped++
				}
			})
		if !errors.Is(err, ErrFatal) {
			t.Errorf("error %v, want the one of the source that cannot work", err)
		}
		slices.Sort(texts)
		if got := strings.Join(texts, ","); got != "only camera,only serial,same" {
			t.Errorf("texts %s", got)
		}
		if dropped != 2 {
			t.Errorf("%d reports of dropped texts, want 2", dropped)
		}
	})
}

func TestMergeWithoutReportEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := (Merge{Sources: []Source{&script{name: "a"}, &script{name: "b"}}, Now: time.Now}).Run(ctx, func(Scan) {}, nil); err != nil {
			t.Error(err)
		}
	})
}
