//! IAM policies and requests as `policy_bench --dump` writes them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Deserializer};

pub type Error = Box<dyn std::error::Error>;

/// The elements that are translated; any other is an error, never ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    #[serde(rename = "Effect")]
    pub effect: String,
    #[serde(rename = "Action", deserialize_with = "words")]
    pub action: Vec<String>,
    #[serde(rename = "Resource", deserialize_with = "words")]
    pub resource: Vec<String>,
    #[serde(rename = "Condition", default, deserialize_with = "condition")]
    pub condition: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(rename = "Version")]
    _version: Option<String>,
    #[serde(rename = "Statement")]
    pub statement: Vec<Statement>,
}

#[derive(Deserialize)]
pub struct Request {
    pub principal: String,
    pub action: String,
    pub resource: String,
    pub context: BTreeMap<String, String>,
    pub expected: String,
}

/// A JSON string, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Self {
        match words {
            Words::One(word) => vec![word],
            Words::Many(words) => words,
        }
    }
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Words::deserialize(deserializer)?.into())
}

fn condition<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, BTreeMap<String, Vec<String>>>, D::Error> {
    let read = BTreeMap::<String, BTreeMap<String, Words>>::deserialize(deserializer)?;
    Ok(read
        .into_iter()
        .map(|(operator, keys)| {
            let keys = keys.into_iter().map(|(key, words)| (key, words.into()));
            (operator, keys.collect())
        })
        .collect())
}

fn located<T, E: Display>(path: &Path, result: Result<T, E>) -> Result<T, Error> {
    result.map_err(|error| format!("{}: {error}", path.display()).into())
}

pub fn read_policy(path: &Path) -> Result<Policy, Error> {
    let text = located(path, fs::read_to_string(path))?;
    located(path, serde_json::from_str(&text))
}

pub fn read_requests(path: &Path) -> Result<Vec<Request>, Error> {
    let text = located(path, fs::read_to_string(path))?;
    text.lines()
        .map(|line| located(path, serde_json::from_str(line)))
        .collect()
}

/// One piece of a resource pattern.
#[derive(Debug, PartialEq)]
pub enum Part {
    Literal(String),
    /// `${key}`
    Variable(String),
    /// `*`: any run of characters, `/` and `:` too.
    Star,
}

pub fn parse_pattern(pattern: &str) -> Result<Vec<Part>, Error> {
    let refused = || Error::from(format!("not translated: the resource {pattern:?}"));
    let mut parts = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        let end = rest.find(['*', '?', '$']).unwrap_or(rest.len());
        if end > 0 {
            parts.push(Part::Literal(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix('*') {
            parts.push(Part::Star);
            rest = after;
        } else {
            let variable = rest.strip_prefix("${").ok_or_else(refused)?;
            let (name, after) = variable.split_once('}').ok_or_else(refused)?;
            if name.contains(['*', '?', '$', ',']) {
                return Err(refused());
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = after;
        }
    }
    Ok(parts)
}
