package ordertable

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of merged cells, which a few bytes of a file can claim.
const (
	maxMerges = MaxRows * 4
	maxOpen   = maxColumns // over one row
)

// merge is a block of cells that were made one over several rows. The file keeps
// its text in the first of them.
type merge struct {
	left, right, top, bottom int // counted from 1
	text                     string
}

// merges gives the rows below the first of a block what the first one says.
type merges struct {
	list []merge // by top
	next int
	open []*merge // over the row at hand
}

// fill writes the text of blocks that began above into a row's empty cells: into
// those of the order and of its goods' names, never into quantities, which would
// count twice, and into ids of lines. It returns ErrNotATable for too many blocks.
func (m *merges) fill(line int, cells []string, h *header) ([]string, error) {
	if m == nil {
		return cells, nil
	}
	m.open = slices.DeleteFunc(m.open, func(b *merge) bool { return b.bottom < line })
	for _, b := range m.open {
		for c := b.left; c <= b.right && c <= len(h.places); c++ {
			if b.text == "" || h.places[c-1] == colQuantity || h.places[c-1] == colLine || h.places[c-1] == colGoods {
				continue
			}
			for len(cells) < c {
				cells = append(cells, "")
			}
			if c == b.left && strings.TrimSpace(cells[c-1]) == "" {
				cells[c-1] = b.text
			}
		}
	}
	for ; m.next < len(m.list) && m.list[m.next].top <= line; m.next++ {
		b := &m.list[m.next]
		if b.left <= len(cells) && b.top == line {
			b.text = cells[b.left-1]
			if m.open = append(m.open, b); len(m.open) > maxOpen {
				return nil, fmt.Errorf("%w: more than %d blocks of merged cells lie over line %d", ErrNotATable, maxOpen, line)
			}
		}
	}
	return cells, nil
}

// mergedCells reads the blocks of a sheet over more than one row; nil where there
// are none, or they cannot be read: then the rows below are refused as incomplete.
func mergedCells(f *excelize.File, sheet string) *merges {
	raw := sheetXML(f, sheet)
	// The list stands behind the rows; a < inside of a text is never written so.
	from := bytes.LastIndex(raw, []byte("<mergeCells"))
	if from < 0 {
		return nil
	}
	m := &merges{}
	for d := xml.NewDecoder(bytes.NewReader(raw[from:])); len(m.list) < maxMerges; {
		token, err := d.Token()
		if err != nil {
			break
		}
		start, ok := token.(xml.StartElement)
		if end, over := token.(xml.EndElement); over && end.Name.Local == "mergeCells" {
			break
		}
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		for _, a := range start.Attr {
			if b, ok := parseBlock(a.Value); ok && a.Name.Local == "ref" && b.bottom > b.top {
				m.list = append(m.list, b)
			}
		}
	}
	if m.list == nil {
		return nil
	}
	slices.SortStableFunc(m.list, func(a, b merge) int { return a.top - b.top })
	return m
}

func parseBlock(ref string) (b merge, ok bool) {
	first, last, ok := strings.Cut(ref, ":")
	if !ok {
		return b, false
	}
	var err1, err2 error
	b.left, b.top, err1 = excelize.CellNameToCoordinates(first)
	b.right, b.bottom, err2 = excelize.CellNameToCoordinates(last)
	return b, err1 == nil && err2 == nil
}

// sheetXML is a sheet's part of the file; nil if it cannot be found.
func sheetXML(f *excelize.File, sheet string) []byte {
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	raw, _ := f.Pkg.Load("xl/_rels/workbook.xml.rels")
	if text, ok := raw.([]byte); !ok || xml.NewDecoder(io.LimitReader(bytes.NewReader(text), 1<<20)).Decode(&rels) != nil || f.WorkBook == nil {
		return nil
	}
	for _, s := range f.WorkBook.Sheets.Sheet {
		for _, r := range rels.Relationship {
			if s.Name == sheet && r.ID == s.ID {
				target := strings.TrimPrefix(r.Target, "/")
				if !strings.HasPrefix(target, "xl/") {
					target = path.Join("xl", target)
				}
				part, _ := f.Pkg.Load(target)
				text, _ := part.([]byte)
				return text
			}
		}
	}
	return nil
}
