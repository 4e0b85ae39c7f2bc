package wire_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"hexiao/sync/wire"
)

// A packer that is used again, by several at once and after a failure, gives what
// one that was not gives.
func TestPackerIsUsedAgain(t *testing.T) {
	var p wire.Packer
	if _, err := p.Encode(func() {}); err == nil {
		t.Error("a function is no body")
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				v := strings.Repeat("<商品>", i*j)
				got, err := p.Encode(v)
				want, failed := wire.EncodeBody(v)
				if err != nil || failed != nil || !bytes.Equal(got, want) {
					t.Errorf("body %d of %d: %v, %v, and as long as alone: %v", j, i, err, failed, len(got) == len(want))
				}
			}
		})
	}
	all.Wait()
}
