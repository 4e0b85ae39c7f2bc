package dashboard

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	tablePage = 50      // rows shown at once
	maxLoaded = 100_000 // rows of a file
)

// table is a list, defined once: shown, sorted, searched, paged, and loaded as a file.
type table struct {
	Name    string   // in addresses and of files: letters and -
	Title   string   // as shown above it; empty: nothing
	Columns []string // as shown
	Rows    []row    // all of them; or
	// Page gives at most limit rows after the one with a key, "" for the first: of a
	// list that is too long to be sorted.
	Page  func(after string, limit int) ([]row, error)
	Empty string // what is said where there is none
	// Find has a field to search for a text in the rows.
	Find bool

	// What the request chose.
	Shown []row
	Heads []head
	Total int    // of rows that were found; -1: nobody has counted
	Sort  string // "2": by the third column, "-2": downwards
	Text  string // searched for
	First string // address of the first page, where another one is shown
	Next  string // address of the next page
	CSV   string // addresses of the files
	XLSX  string
	Keep  []field // of the query, kept by a search
	q     *request
}

type field struct{ Name, Value string }

// row is a line of a table. The key tells it from the others and does not change.
type row struct {
	Key   string
	Cells []cell
	Tone  string
}

// head is a column's heading, which sorts by it.
type head struct {
	Word  string
	Href  string // empty: the table cannot be sorted
	Order string // "ascending" or "descending", of the column it is sorted by
	Right bool
}

func (t *table) param(name string) string { return t.Name + "." + name }

// open takes what the request chose.
func (t *table) open(q *request) error {
	t.q = q
	if err := t.choose(q); err != nil {
		return err
	}
	t.CSV = t.address("download", "csv", "table", t.Name)
	t.XLSX = t.address("download", "xlsx", "table", t.Name)
	for name, values := range q.query {
		if name != t.param("find") && name != t.param("after") && len(values) > 0 {
			t.Keep = append(t.Keep, field{name, values[0]})
		}
	}
	slices.SortFunc(t.Keep, func(a, b field) int { return cmp.Compare(a.Name, b.Name) })
	for i, word := range t.Columns {
		h := head{Word: word, Right: len(t.Shown) > 0 && t.Shown[0].Cells[i].Right()}
		if t.Page == nil {
			key := strconv.Itoa(i)
			h.Href = t.address(t.param("sort"), key, t.param("after"), "")
			switch t.Sort {
			case key:
				h.Order, h.Href = "ascending", t.address(t.param("sort"), "-"+key, t.param("after"), "")
			case "-" + key:
				h.Order = "descending"
			}
		}
		t.Heads = append(t.Heads, h)
	}
	return nil
}

// choose finds the rows to show.
func (t *table) choose(q *request) error {
	after := q.query.Get(t.param("after"))
	if after != "" {
		t.First = t.address(t.param("after"), "")
	}
	var rows []row
	if t.Page != nil {
		var err error
		if rows, err = t.Page(after, tablePage+1); err != nil {
			return err
		}
		t.Total = -1
	} else {
		rows = t.arrange(q)
		t.Total = len(rows)
		if i := slices.IndexFunc(rows, func(r row) bool { return r.Key == after }); after != "" {
			rows = rows[i+1:] // from the start where that row has gone
		}
	}
	if t.Shown = rows; len(rows) > tablePage {
		t.Shown = rows[:tablePage]
		t.Next = t.address(t.param("after"), t.Shown[tablePage-1].Key)
	}
	return nil
}

// arrange searches and sorts as the request says.
func (t *table) arrange(q *request) []row {
	rows := slices.Clone(t.Rows)
	if t.Text = strings.TrimSpace(q.query.Get(t.param("find"))); t.Text != "" {
		want := strings.ToLower(t.Text)
		rows = slices.DeleteFunc(rows, func(r row) bool {
			return !slices.ContainsFunc(r.Cells, func(c cell) bool { return strings.Contains(strings.ToLower(c.Text), want) })
		})
	}
	by, down := strings.CutPrefix(q.query.Get(t.param("sort")), "-")
	column, err := strconv.Atoi(by)
	if err != nil || column < 0 || column >= len(t.Columns) {
		return rows
	}
	t.Sort = q.query.Get(t.param("sort"))
	slices.SortStableFunc(rows, func(a, b row) int {
		order := a.Cells[column].compare(b.Cells[column])
		if down {
			order = -order
		}
		return order
	})
	return rows
}

// all gives the rows as they go into a file.
func (t *table) all(q *request) ([]row, error) {
	if t.Page == nil {
		rows := t.arrange(q)
		return rows[:min(len(rows), maxLoaded)], nil
	}
	var all []row
	for after := ""; ; {
		rows, err := t.Page(after, 1000)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if len(rows) == 0 || len(all) >= maxLoaded {
			return all, nil
		}
		after = rows[len(rows)-1].Key
	}
}

// address is that of the page with some of its query changed; empty values go.
func (t *table) address(pairs ...string) string {
	query := url.Values{}
	for name, values := range t.q.query {
		query[name] = values
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			query.Del(pairs[i])
			continue
		}
		query.Set(pairs[i], pairs[i+1])
	}
	if len(query) == 0 {
		return t.q.URL.Path
	}
	return t.q.URL.Path + "?" + query.Encode()
}

// Path is the page's, for the form that searches.
func (t *table) Path() string { return t.q.URL.Path }

// Label is the heading of a column, for readers of a narrow page.
func (t *table) Label(i int) string { return t.Columns[i] }
