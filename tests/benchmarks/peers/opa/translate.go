package main

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/gobwas/glob"
	"github.com/open-policy-agent/opa/v1/ast"
)

// translate writes a rule for each statement and resource.
//
// The rules are made for OPA's rule index, which narrows by equality, by membership in a set and
// by prefix, so that few of them are evaluated. What was tried besides, at 100 and 10,000
// statements, with the same verdicts: partial evaluation of the module (a tenth slower, as rules
// are already flat), wildcards by indexof and substring instead of glob.match (a quarter slower),
// and inner wildcards without the words described at wordOf (40 times slower at 10,000).
func translate(p *policy) (string, error) {
	var rules strings.Builder
	effects := map[string]bool{}
	for i := range p.Statement {
		s := &p.Statement[i]
		if err := putStatement(&rules, s); err != nil {
			return "", fmt.Errorf("/Statement/%d: %w", i, err)
		}
		effects[s.Effect] = true
	}
	return head(effects) + rules.String(), nil
}

// head names only rules that there are: an undefined one would not compile.
func head(effects map[string]bool) string {
	var branches []string
	if effects["Deny"] {
		branches = append(branches, `"ExplicitlyDenied" if deny`)
	}
	if effects["Allow"] {
		branches = append(branches, `"Allowed" if allow`)
	}
	return "package iam\n\ndefault decision := \"ImplicitlyDenied\"\n\ndecision := " +
		strings.Join(branches, "\nelse := ") + "\n"
}

func putStatement(out *strings.Builder, s *statement) error {
	rule, known := map[string]string{"Allow": "allow", "Deny": "deny"}[s.Effect]
	if !known || len(s.Action) == 0 || len(s.Resource) == 0 {
		return errors.New("not translated: Effect, Action or Resource is missing or unknown")
	}
	actions, err := actionCondition(s.Action)
	if err != nil {
		return err
	}
	context, err := contextConditions(s.Condition)
	if err != nil {
		return err
	}
	for _, pattern := range s.Resource {
		conditions, err := resourceConditions(pattern)
		if err != nil {
			return err
		}
		lines := slices.Concat(conditions, []string{actions}, context)
		fmt.Fprintf(out, "\n%s if {\n\t%s\n}\n", rule, strings.Join(lines, "\n\t"))
	}
	return nil
}

func quote(text string) string { return ast.String(text).String() }

func contextRef(key string) string { return "input.context[" + quote(strings.ToLower(key)) + "]" }

func oneOf(ref string, values []string) string {
	if len(values) == 1 {
		return ref + " == " + quote(values[0])
	}
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(value)
	}
	return ref + " in {" + strings.Join(quoted, ", ") + "}"
}

// Actions are compared without case: in rules and in inputs they are lower-case.
func actionCondition(actions []string) (string, error) {
	lower := make([]string, len(actions))
	for i, action := range actions {
		if strings.ContainsAny(action, "*?") {
			return "", fmt.Errorf("not translated: a wildcard in the action %q", action)
		}
		lower[i] = strings.ToLower(action)
	}
	return oneOf("input.action", lower), nil
}

func contextConditions(condition map[string]map[string]words) ([]string, error) {
	var out []string
	for operator, keys := range condition {
		for key, values := range keys {
			isBool := len(values) == 1 && (values[0] == "true" || values[0] == "false")
			switch {
			case operator == "StringEquals" && len(values) > 0:
				out = append(out, oneOf(contextRef(key), values))
			case operator == "Bool" && isBool:
				out = append(out, contextRef(key)+" == "+values[0])
			default:
				return nil, fmt.Errorf("not translated: %s of %q with %q", operator, key, values)
			}
		}
	}
	sort.Strings(out)
	return out, nil
}

// resourceConditions begins with what the index can use.
func resourceConditions(pattern string) ([]string, error) {
	parts, err := parsePattern(pattern)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 || parts[0].kind != literal {
		return nil, fmt.Errorf("not translated: the resource %q", pattern)
	}
	prefix := "startswith(input.resource, " + quote(parts[0].text) + ")"
	switch {
	case len(parts) == 1:
		return []string{"input.resource == " + quote(pattern)}, nil
	case len(parts) == 2 && parts[1].kind == star:
		return []string{prefix}, nil
	case slices.ContainsFunc(parts, func(p part) bool { return p.kind == variable }):
		whole, err := variableCondition(parts)
		return []string{prefix, whole}, err
	}
	if word := wordOf(parts); word != "" {
		return []string{prefix, quote(word) + " in input.words", globCondition(parts)}, nil
	}
	return []string{prefix, globCondition(parts)}, nil
}

// variableCondition puts the variables' values in; a missing one leaves the rule undefined. The
// only wildcard may be a star at the end.
func variableCondition(parts []part) (string, error) {
	last := len(parts) - 1
	format := "input.resource == concat(\"\", [%s])"
	if parts[last].kind == star {
		format = "startswith(input.resource, concat(\"\", [%s]))"
		parts = parts[:last]
	}
	var pieces []string
	for _, p := range parts {
		switch p.kind {
		case literal:
			pieces = append(pieces, quote(p.text))
		case variable:
			pieces = append(pieces, contextRef(p.text))
		default:
			return "", errors.New("not translated: wildcards before or behind a variable")
		}
	}
	return fmt.Sprintf(format, strings.Join(pieces, ", ")), nil
}

// globCondition has no delimiters: IAM's wildcards cross "/" and ":".
func globCondition(parts []part) string {
	var pattern strings.Builder
	for _, p := range parts {
		switch p.kind {
		case star:
			pattern.WriteByte('*')
		case question:
			pattern.WriteByte('?')
		default:
			pattern.WriteString(glob.QuoteMeta(p.text))
		}
	}
	return "glob.match(" + quote(pattern.String()) + ", null, input.resource)"
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) })
}

// wordOf picks a word that every resource the pattern matches has among its own words: one behind
// the first wildcard and touched by none. Asking for it changes no verdict, and it is what the
// index can narrow by where a prefix tells little. A number tells most, the account's id least.
func wordOf(parts []part) string {
	best, most := "", -1
	for i, p := range parts {
		if i == 0 || p.kind != literal {
			continue
		}
		text := strings.TrimLeftFunc(p.text, isWord)
		if i < len(parts)-1 {
			text = strings.TrimRightFunc(text, isWord)
		}
		for _, word := range wordsOf(text) {
			isNumber := strings.IndexFunc(word, unicode.IsDigit) >= 0 && len(word) < 12
			score := len(word)
			if isNumber {
				score += 1000
			}
			if score > most {
				best, most = word, score
			}
		}
	}
	return best
}

// boolKeys are those that a Bool operator asks for: their values become booleans.
func boolKeys(p *policy) map[string]bool {
	out := map[string]bool{}
	for i := range p.Statement {
		for key := range p.Statement[i].Condition["Bool"] {
			out[strings.ToLower(key)] = true
		}
	}
	return out
}

// input is a request as OPA's own value, made before any clock runs.
func input(r *request, bools map[string]bool) *ast.Term {
	context := ast.NewObject()
	for key, value := range r.Context {
		key = strings.ToLower(key)
		term := ast.StringTerm(value)
		if lower := strings.ToLower(value); bools[key] && (lower == "true" || lower == "false") {
			term = ast.BooleanTerm(lower == "true")
		}
		context.Insert(ast.StringTerm(key), term)
	}
	words := ast.NewSet()
	for _, word := range wordsOf(r.Resource) {
		words.Add(ast.StringTerm(word))
	}
	return ast.ObjectTerm(
		ast.Item(ast.StringTerm("action"), ast.StringTerm(strings.ToLower(r.Action))),
		ast.Item(ast.StringTerm("resource"), ast.StringTerm(r.Resource)),
		ast.Item(ast.StringTerm("words"), ast.NewTerm(words)),
		ast.Item(ast.StringTerm("context"), ast.NewTerm(context)),
	)
}
