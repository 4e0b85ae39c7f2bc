package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed index.html.tmpl
var indexPage string

// shot is a picture of a state.
type shot struct {
	State, Lang, File string
	Width, Height     int
}

// row is a state with all its pictures.
type row struct {
	State string
	Shots []shot
}

// index is the page that shows the pictures of each state side by side.
func index(shots []shot) ([]byte, error) {
	var rows []row
	at := map[string]int{}
	for _, s := range shots {
		i, ok := at[s.State]
		if !ok {
			i = len(rows)
			at[s.State] = i
			rows = append(rows, row{State: s.State})
		}
		rows[i].Shots = append(rows[i].Shots, s)
	}
	t, err := template.New("index").Parse(indexPage)
	if err != nil {
		return nil, fmt.Errorf("read the index page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, rows); err != nil {
		return nil, fmt.Errorf("write the index page: %w", err)
	}
	return b.Bytes(), nil
}
