package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeCase(t *testing.T, statement string, requests ...string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"c.policy.json":    `{"Version":"2012-10-17","Statement":[` + statement + `]}`,
		"c.requests.jsonl": strings.Join(requests, "\n"),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func allow(resource, more string) string {
	return `{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + resource + `"` + more + `}`
}

func ask(resource, context, expected string) string {
	return `{"principal":"p","action":"S3:getobject","resource":"` + resource +
		`","resourceAccount":"1","context":{` + context + `},"expected":"` + expected + `"}`
}

func checkCase(t *testing.T, statement, request string) error {
	t.Helper()
	c, err := load(context.Background(), writeCase(t, statement, request), "c")
	if err != nil {
		return err
	}
	return c.checkAll(context.Background())
}

func TestVerdictsAreIAMs(t *testing.T) {
	const yes, no = "Allowed", "ImplicitlyDenied"
	const tag = `,"Condition":{"StringEquals":{"aws:PrincipalTag/team":["a","b"]},"Bool":{"aws:SecureTransport":"true"}}`
	rows := []struct{ name, statement, request string }{
		{"a literal", allow("arn:x", ""), ask("arn:x", "", yes)},
		{"a longer one", allow("arn:x", ""), ask("arn:xy", "", no)},
		{"a star crosses slashes and colons", allow("arn:a*z/*", ""), ask("arn:a/b:cz/q", "", yes)},
		{"a star before nothing", allow("arn:a-*", ""), ask("arn:a-", "", yes)},
		{"a text between stars is missing", allow("arn:*/app-1-*/d/*", ""), ask("arn:x/app-1-y/e/z", "", no)},
		{"a word touched by a star", allow("arn:*:t/app1*", ""), ask("arn:q:t/app12", "", yes)},
		{"brackets and braces are themselves", allow("arn:{a,b}[c]*d*", ""), ask("arn:{a,b}[c]xdy", "", yes)},
		{"braces are no choice", allow("arn:{a,b}*d*", ""), ask("arn:axd", "", no)},
		{"a variable", allow("arn:x/${aws:username}/*", ""), ask("arn:x/al/y", `"aws:UserName":"al"`, yes)},
		{"another's", allow("arn:x/${aws:username}/*", ""), ask("arn:x/bo/y", `"aws:UserName":"al"`, no)},
		{"nobody's", allow("arn:x/${aws:username}/*", ""), ask("arn:x/al/y", "", no)},
		{"a value's star is a star", allow("arn:x/${aws:username}/*", ""), ask("arn:x/al/y", `"aws:username":"*"`, no)},
		{"conditions hold", allow("arn:x", tag),
			ask("arn:x", `"aws:principaltag/team":"b","aws:SecureTransport":"True"`, yes)},
		{"one does not", allow("arn:x", tag), ask("arn:x", `"aws:PrincipalTag/team":"b","aws:SecureTransport":"false"`, no)},
		{"a key is missing", allow("arn:x", tag), ask("arn:x", `"aws:SecureTransport":"true"`, no)},
		{"a deny wins", allow("arn:*", "") + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:x"}`,
			ask("arn:x", "", "ExplicitlyDenied")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if err := checkCase(t, row.statement, row.request); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnotherVerdictIsAnError(t *testing.T) {
	err := checkCase(t, allow("arn:x", ""), ask("arn:x", "", "ImplicitlyDenied"))
	if want := `request 1: OPA says "Allowed", Remit "ImplicitlyDenied"`; err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func TestWhatIsNotTranslatedIsAnError(t *testing.T) {
	rows := map[string]string{
		"NotAction":        `{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"arn:x"}`,
		"a wildcard":       `{"Effect":"Allow","Action":"s3:*","Resource":"arn:x"}`,
		"StringLike":       allow("arn:x", `,"Condition":{"StringLike":{"k":"v"}}`),
		"wildcards before": allow("arn:*/${aws:username}/*", ""),
	}
	for want, statement := range rows {
		err := checkCase(t, statement, ask("arn:x", "", "ImplicitlyDenied"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
