package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"hexiao/kiosk/ui/sample"
)

//go:embed index.html.tmpl
var indexPage string

// shot is a picture of a state.
type shot struct {
	State, Lang, Look string
	Width, Height     int
}

// file is the name of the picture's file.
func (s shot) file() string {
	return fmt.Sprintf("%s-%dx%d-%s-%s.png", s.State, s.Width, s.Height, s.Lang, s.Look)
}

// File is file for the template.
func (s shot) File() string { return s.file() }

// Size is how the filter calls the picture's size.
func (s shot) Size() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// parse reads a file's name back; state is what it begins with.
func parse(name, state string) (shot, bool) {
	rest, ok := strings.CutPrefix(name, state+"-")
	if !ok {
		return shot{}, false
	}
	s := shot{State: state}
	parts := strings.Split(strings.TrimSuffix(rest, ".png"), "-")
	if len(parts) != 3 {
		return shot{}, false
	}
	if _, err := fmt.Sscanf(parts[0], "%dx%d", &s.Width, &s.Height); err != nil {
		return shot{}, false
	}
	s.Lang, s.Look = parts[1], parts[2]
	return s, s.file() == name
}

// row is a state with all its pictures.
type row struct {
	State  string
	Screen string // what the state is one of
	Shots  []shot
}

// page is what the index shows and can be filtered by.
type page struct {
	Rows                         []row
	Screens, Langs, Sizes, Looks []string
	Pictures                     int
}

// rows finds the pictures of every state in a folder, whoever has drawn them
// when: two galleries may draw into one folder.
func rows(dir string, states []sample.Named) ([]row, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		return nil, fmt.Errorf("look for the pictures: %w", err)
	}
	var out []row
	for _, n := range states {
		r := row{State: n.Name, Screen: string(n.State.Screen)}
		for _, name := range names {
			if s, ok := parse(filepath.Base(name), n.Name); ok {
				r.Shots = append(r.Shots, s)
			}
		}
		if len(r.Shots) > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// index is the page that shows the pictures of each state side by side.
func index(rows []row) ([]byte, error) {
	p := page{Rows: rows}
	add := func(to *[]string, value string) {
		for _, v := range *to {
			if v == value {
				return
			}
		}
		*to = append(*to, value)
	}
	for _, r := range rows {
		add(&p.Screens, r.Screen)
		for _, s := range r.Shots {
			add(&p.Langs, s.Lang)
			add(&p.Sizes, s.Size())
			add(&p.Looks, s.Look)
			p.Pictures++
		}
	}
	t, err := template.New("index").Parse(indexPage)
	if err != nil {
		return nil, fmt.Errorf("read the index page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("write the index page: %w", err)
	}
	return b.Bytes(), nil
}

// writeIndex writes the page for all pictures in a folder.
func writeIndex(dir string, states []sample.Named) error {
	found, err := rows(dir, states)
	if err != nil {
		return err
	}
	text, err := index(found)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "index.html"), text, 0o644); err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	return nil
}
