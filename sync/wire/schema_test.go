package wire_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// contractDoc is an OpenAPI document of ours, as far as its schemas go: what they use
// of JSON Schema, and no more. A keyword that it does not know is a complaint.
type contractDoc struct{ root map[string]any }

func readDoc(t *testing.T, path string) contractDoc {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var d contractDoc
	if err := yaml.Unmarshal(raw, &d.root); err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows a $ref, or a path of keys from the root; nil when there is nothing.
func (d contractDoc) at(keys ...string) map[string]any {
	node := d.root
	for _, k := range keys {
		node, _ = node[k].(map[string]any)
	}
	return d.resolve(node)
}

func (d contractDoc) resolve(node map[string]any) map[string]any {
	if ref, ok := node["$ref"].(string); ok {
		return d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return node
}

func texts(list any) (out []string) {
	items, _ := list.([]any)
	for _, v := range items {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// breaches says where a message breaks a schema. A reader of the contract ignores
// what he does not know; a strict one does not.
func (d contractDoc) breaches(schema map[string]any, v any, where string, strict bool) (list []string) {
	schema = d.resolve(schema)
	complain := func(format string, args ...any) {
		list = append(list, where+": "+fmt.Sprintf(format, args...))
	}
	for key := range schema {
		if !slices.Contains(keywords(), key) && !strings.HasPrefix(key, "x-go-") && key != "x-enum-varnames" {
			complain("the schema says %q, which this test does not understand", key)
		}
	}
	switch schema["type"] {
	case "object":
		fields, ok := v.(map[string]any)
		if !ok {
			complain("%T is no object", v)
			return list
		}
		for _, name := range texts(schema["required"]) {
			if _, ok := fields[name]; !ok {
				complain("lacks %q", name)
			}
		}
		properties := object(schema["properties"])
		for name, value := range fields {
			one, known := properties[name]
			switch more := object(schema["additionalProperties"]); {
			case known:
				list = append(list, d.breaches(object(one), value, where+"."+name, strict)...)
			case more != nil:
				list = append(list, d.breaches(more, value, where+"."+name, strict)...)
			case strict:
				complain("has %q, which the schema does not", name)
			}
		}
	case "array":
		items, ok := v.([]any)
		if !ok || beyond(schema, "minItems", "maxItems", len(items)) {
			complain("%d items are no array of that length", len(items))
		}
		for i, item := range items {
			list = append(list, d.breaches(object(schema["items"]), item, fmt.Sprintf("%s[%d]", where, i), strict)...)
		}
	case "string":
		text, ok := v.(string)
		if !ok || beyond(schema, "minLength", "maxLength", len([]rune(text))) {
			complain("%v is no string of that length", v)
		}
		if enum := texts(schema["enum"]); len(enum) > 0 && !slices.Contains(enum, text) {
			complain("%q is none of %q", text, enum)
		}
		if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(text) {
			complain("%q does not match %q", text, p)
		}
		if _, err := base64.StdEncoding.DecodeString(text); schema["format"] == "byte" && err != nil {
			complain("%v", err)
		}
		if _, err := time.Parse(time.RFC3339, text); schema["format"] == "date-time" && (err != nil || !strings.HasSuffix(text, "Z")) {
			complain("%q is no instant in UTC", text)
		}
	case "integer":
		n, ok := v.(json.Number)
		if !ok || strings.ContainsAny(n.String(), ".eE") {
			complain("%v is no integer", v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			complain("%v is no boolean", v)
		}
	default:
		complain("the schema has type %v", schema["type"])
	}
	return list
}

func keywords() []string {
	return []string{
		"type", "description", "deprecated", "required", "properties", "additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength",
		"enum", "pattern", "format", "minimum",
	}
}

// beyond reports whether n is outside of what the schema allows.
func beyond(schema map[string]any, least, most string, n int) bool {
	low, _ := schema[least].(int)
	high, bounded := schema[most].(int)
	return n < low || bounded && n > high
}

// messages reads a golden message; a stream has several.
func messages(t *testing.T, path string) (list []any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	for dec.More() {
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list = append(list, v)
	}
	return list
}

// spoken is a place in the document where a body is described.
type spoken struct {
	operation string
	request   bool
	schema    map[string]any
	example   string // file
}

// bodies are all of a document.
func (d contractDoc) bodies() (list []spoken) {
	for path, methods := range object(d.root["paths"]) {
		for method, op := range object(methods) {
			name := strings.ToUpper(method) + " " + path
			add := func(request bool, status string, place map[string]any) {
				for kind, media := range object(d.resolve(place)["content"]) {
					m := object(media)
					file, _ := object(object(m["examples"])["golden"])["externalValue"].(string)
					list = append(list, spoken{name + " " + status + kind, request, object(m["schema"]), file})
				}
			}
			add(true, "", object(object(op)["requestBody"]))
			for status, answer := range object(object(op)["responses"]) {
				add(false, status+" ", object(answer))
			}
		}
	}
	return list
}
