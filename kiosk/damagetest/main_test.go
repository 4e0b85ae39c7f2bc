package damagetest

import (
	"fmt"
	"os"
	"testing"
)

// workerVariable makes the test's program a worker.
const workerVariable = "HEXIAO_DAMAGE_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		if err := work(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
