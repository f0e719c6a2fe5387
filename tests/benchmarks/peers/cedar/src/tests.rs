//! What the translation means: cargo test --release.

use std::fs;
use std::path::PathBuf;

use crate::measure::{Case, Options};
use crate::policy::Error;

const YES: &str = "Allowed";
const NO: &str = "ImplicitlyDenied";

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn allow(resource: &str, more: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"{more}}}"#)
}

fn ask(resource: &str, context: &str, expected: &str) -> String {
    format!(
        r#"{{"principal":"p","action":"S3:getobject","resource":"{resource}","context":{{{context}}},"expected":"{expected}"}}"#
    )
}

/// Measures a case of one request, whole and sliced.
fn check(name: &str, statements: &str, request: &str) -> Result<(), Error> {
    let name = name.replace(' ', "-");
    let folder = std::env::temp_dir().join(format!("remit-cedar.{}.{name}", std::process::id()));
    fs::create_dir(&folder)?;
    let folder = Folder(folder);
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    fs::write(folder.0.join("c.policy.json"), policy)?;
    fs::write(folder.0.join("c.requests.jsonl"), request)?;
    let case = Case::load(&folder.0, "c")?;
    for sliced in [false, true] {
        let options = Options {
            rounds: 1,
            budget: std::time::Duration::from_millis(1),
            sliced,
        };
        case.measure(&options)?;
    }
    Ok(())
}

#[test]
fn verdicts_are_iams() {
    let tag = concat!(
        r#","Condition":{"StringEquals":{"aws:PrincipalTag/team":["a","b"]},"#,
        r#""Bool":{"aws:SecureTransport":"true"}}"#
    );
    let both = r#"{"Effect":"Deny","Action":["s3:GetObject"],"Resource":"arn:x"},"#;
    let denied = format!("{both}{}", allow("arn:*", ""));
    let rows = [
        ("a literal", allow("arn:x", ""), ask("arn:x", "", YES)),
        ("a longer one", allow("arn:x", ""), ask("arn:xy", "", NO)),
        (
            "a star crosses all",
            allow("arn:a*z/*", ""),
            ask("arn:a/b:cz/q", "", YES),
        ),
        (
            "a star before nothing",
            allow("arn:a-*", ""),
            ask("arn:a-", "", YES),
        ),
        (
            "a text is missing",
            allow("arn:*/a-*/d/*", ""),
            ask("arn:x/a-y/e/z", "", NO),
        ),
        (
            "a variable",
            allow("arn:x/${aws:username}/*", ""),
            ask("arn:x/al/y", r#""aws:UserName":"al""#, YES),
        ),
        (
            "another's",
            allow("arn:x/${aws:username}/*", ""),
            ask("arn:x/bo/y", r#""aws:UserName":"al""#, NO),
        ),
        (
            "nobody's",
            allow("arn:x/${aws:username}/*", ""),
            ask("arn:x/al/y", "", NO),
        ),
        (
            "a value's star",
            allow("arn:x/${aws:username}/*", ""),
            ask("arn:x/al/y", r#""aws:username":"*""#, NO),
        ),
        (
            "conditions hold",
            allow("arn:x", tag),
            ask(
                "arn:x",
                r#""aws:principaltag/team":"b","aws:SecureTransport":"True""#,
                YES,
            ),
        ),
        (
            "one does not",
            allow("arn:x", tag),
            ask(
                "arn:x",
                r#""aws:PrincipalTag/team":"b","aws:SecureTransport":"false""#,
                NO,
            ),
        ),
        (
            "a key is missing",
            allow("arn:x", tag),
            ask("arn:x", r#""aws:SecureTransport":"true""#, NO),
        ),
        ("a deny wins", denied, ask("arn:x", "", "ExplicitlyDenied")),
    ];
    for (name, statements, request) in rows {
        if let Err(error) = check(name, &statements, &request) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn another_verdict_is_an_error() {
    let error = check("differs", &allow("arn:x", ""), &ask("arn:x", "", NO)).unwrap_err();
    let expected = "request 1: Cedar says Allowed, Remit ImplicitlyDenied";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_not_translated_is_an_error() {
    let with_slash = ask("arn:x", r#""aws:username":"a/b""#, NO);
    let rows = [
        (
            "NotAction",
            r#"{"Effect":"Allow","NotAction":"a:b","Resource":"arn:x"}"#.to_owned(),
        ),
        (
            "a wildcard",
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:x"}"#.to_owned(),
        ),
        (
            "StringLike",
            allow("arn:x", r#","Condition":{"StringLike":{"k":"v"}}"#),
        ),
        ("the place of", allow("arn:x-${aws:username}/*", "")),
        ("a slash in", allow("arn:x/${aws:username}/*", "")),
    ];
    for (expected, statement) in rows {
        let error = check(expected, &statement, &with_slash).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
