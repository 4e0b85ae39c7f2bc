//go:build !race

package crashtest_test

const slower = 1
