package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// words is a JSON string or a list of them.
type words []string

func (w *words) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*w = make(words, 1)
		return json.Unmarshal(text, &(*w)[0])
	}
	return json.Unmarshal(text, (*[]string)(w))
}

// statement has the elements that are translated; any other is an error, never ignored.
type statement struct {
	Sid       string
	Effect    string
	Action    words
	Resource  words
	Condition map[string]map[string]words
}

type policy struct {
	Version   string
	Statement []statement
}

type request struct {
	Principal       string            `json:"principal"`
	Action          string            `json:"action"`
	Resource        string            `json:"resource"`
	ResourceAccount string            `json:"resourceAccount"`
	Context         map[string]string `json:"context"`
	Expected        string            `json:"expected"`
}

func strict(text []byte, out any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(out)
}

func readPolicy(path string) (*policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := &policy{}
	if err := strict(text, out); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

func readRequests(path string) ([]request, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []request
	for number, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var r request
		if err := strict([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number+1, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// part is one piece of a resource pattern: a text, a variable's name, or a wildcard.
type part struct {
	kind partKind
	text string
}

type partKind int

const (
	literal  partKind = iota
	variable          // ${text}
	star              // any run of characters, "/" and ":" too
	question          // one character
)

func parsePattern(text string) ([]part, error) {
	var out []part
	for text != "" {
		switch {
		case text[0] == '*':
			out, text = append(out, part{kind: star}), text[1:]
		case text[0] == '?':
			out, text = append(out, part{kind: question}), text[1:]
		case strings.HasPrefix(text, "${"):
			name, rest, found := strings.Cut(text[2:], "}")
			if !found || strings.ContainsAny(name, "*?$,") {
				return nil, fmt.Errorf("not translated: the variable at %q", text)
			}
			out, text = append(out, part{kind: variable, text: name}), rest
		default:
			end := strings.IndexAny(text[1:], "*?$") + 1
			if end == 0 {
				end = len(text)
			}
			out, text = append(out, part{kind: literal, text: text[:end]}), text[end:]
		}
	}
	return out, nil
}
