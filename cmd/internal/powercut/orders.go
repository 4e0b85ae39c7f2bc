package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// unscanned is how many orders of a table are left for the check after a cut.
const unscanned = 8

// Long orders make long events, so that a few thousand fill a segment of the
// journal.
const (
	linesOf   = 12
	lineStart = "line-of-an-order-that-is-quite-long-"
)

// orderID names order n of a table, from 0.
func orderID(table, n int) string { return fmt.Sprintf("T%d-%06d", table, n) }

// codeOf gives the pickup code of an order, so that a log and a table agree
// without talking. It is the platform's own code of the order's row.
func codeOf(order string) (string, error) {
	table, n, ok := strings.Cut(strings.TrimPrefix(order, "T"), "-")
	if !ok {
		return "", fmt.Errorf("%q is no order of these tables", order)
	}
	for _, digits := range []string{table, n} {
		if _, err := strconv.ParseUint(digits, 10, 32); err != nil {
			return "", fmt.Errorf("%q is no order of these tables: %w", order, err)
		}
	}
	return "7700" + table + n, nil
}

// writeTable writes an order table: orders to scan, and unscanned more.
func writeTable(w io.Writer, table, orders int) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"订单号", "行号", "商品", "数量", "货架", "提货号", "姓名", "手机", "核销码"}}
	for n := range orders + unscanned {
		order := orderID(table, n)
		code, err := codeOf(order)
		if err != nil {
			return err
		}
		for line := range linesOf {
			rows = append(rows, []string{
				order, lineStart + strconv.Itoa(line), "鸡蛋", strconv.Itoa(1 + n%3), "B-12", strconv.Itoa(n), "张小明", fmt.Sprintf("138%08d", n), code,
			})
		}
	}
	return out.WriteAll(rows)
}
