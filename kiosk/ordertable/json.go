package ordertable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode"
)

// readJSON gives the rows of an array of objects, or of objects one after the
// other.
func readJSON(data []byte, h header, g *grouper) error {
	text, err := decodeText(data)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	array := false
	if trimmed := bytes.TrimLeftFunc([]byte(text), unicode.IsSpace); len(trimmed) > 0 && trimmed[0] == '[' {
		array = true
		if _, err := d.Token(); err != nil {
			return fmt.Errorf("%w: %w", ErrNotATable, err)
		}
	}
	strange := map[string]bool{}
	defer func() {
		if len(strange) > 0 {
			g.table.Notes = append(g.table.Notes, unused(slices.Sorted(maps.Keys(strange))))
		}
	}()
	for n := 1; !array || d.More(); n++ {
		var object map[string]any
		err := d.Decode(&object)
		if errors.Is(err, io.EOF) && !array {
			return nil
		}
		if err != nil {
			// A later object may belong to an order taken before, so nothing is.
			return fmt.Errorf("%w: entry %d is no JSON object; nothing was taken, correct it and import again", ErrNotATable, n)
		}
		if err := addObject(&h, n, object, strange, g.add); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%w: the array is not closed; nothing was taken, the file may be cut off", ErrNotATable)
	}
	return nil
}

// addObject gives an object's rows: itself, or its lines with the object's own
// keys around them.
func addObject(h *header, n int, object map[string]any, strange map[string]bool, add func(row) error) error {
	var lines []any
	for _, key := range []string{"lines", "items", "商品明细", "明细"} {
		if list, nested := object[key].([]any); nested {
			lines = list
			delete(object, key)
		}
	}
	if len(lines) == 0 {
		return add(objectRow(h, n, object, strange))
	}
	for _, l := range lines {
		line, ok := l.(map[string]any)
		if !ok {
			return fmt.Errorf("%w: the lines of entry %d must be objects; nothing was taken", ErrNotATable, n)
		}
		whole := maps.Clone(object)
		for k, v := range line {
			if k == "id" { // a line's own id, where the object's is the order's
				k = "line"
			}
			whole[k] = v
		}
		if err := add(objectRow(h, n, whole, strange)); err != nil {
			return err
		}
	}
	return nil
}

// objectRow takes the keys in a fixed order, so that of two names of the same
// column it is always the column's first name that counts. Keys that mean nothing
// go to strange.
func objectRow(h *header, n int, object map[string]any, strange map[string]bool) row {
	r := row{line: n}
	kept := 0
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var cell string
		switch v := object[key].(type) {
		case string:
			cell = trim(v)
		case json.Number:
			cell = v.String()
		}
		if want, ok := h.only[foldName(key)]; ok && cell == want {
			kept++
		}
		c, told := h.meaning(foldName(key))
		switch {
		case c == columns:
			if !told && len(strange) < maxNotes {
				strange[quote(key)] = true
			}
		case r.cell[c] == "" || foldName(key) == foldName(names()[c][0]):
			r.cell[c] = cell
		}
	}
	r.left = kept < len(h.only)
	r.filled, r.tells = true, true // an object is there on purpose
	h.complete(&r)
	return r
}
