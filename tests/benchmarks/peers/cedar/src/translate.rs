//! IAM's statements as Cedar's policies, and requests as Cedar's requests.
//!
//! The scope of a policy stays open and all is said in its condition: the resource first, as it
//! tells most, then the actions one by one, then the context. What was tried besides, with the
//! same verdicts at 100 statements: actions and literal resources in the scope (a tenth to almost
//! a half slower: `action in [...]` makes a set each time), and the resource's text as an attribute
//! of its entity (a twentieth slower than in the context).

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{
    Context, EntityId, EntityTypeName, EntityUid, Request as CedarRequest, RestrictedExpression,
};

use crate::policy::{parse_pattern, Error, Part, Policy, Request, Statement};

/// A policy's text, and the actions it is about.
pub struct Translated {
    pub text: String,
    pub actions: Vec<String>,
}

/// A Cedar policy for each statement and resource.
pub fn translate(policy: &Policy) -> Result<Vec<Translated>, Error> {
    let mut out = Vec::new();
    for (index, statement) in policy.statement.iter().enumerate() {
        for resource in &statement.resource {
            let text = cedar_policy(statement, resource)
                .map_err(|error| format!("/Statement/{index}: {error}"))?;
            let actions = statement.action.iter().map(|a| a.to_lowercase()).collect();
            out.push(Translated { text, actions });
        }
    }
    Ok(out)
}

fn cedar_policy(statement: &Statement, resource: &str) -> Result<String, Error> {
    let effect = match statement.effect.as_str() {
        "Allow" => "permit",
        "Deny" => "forbid",
        other => return Err(format!("not translated: the effect {other:?}").into()),
    };
    let mut conditions = resource_conditions(resource)?;
    conditions.push(action_condition(&statement.action)?);
    conditions.extend(context_conditions(&statement.condition)?);
    Ok(format!(
        "{effect}(principal, action, resource) when {{ {} }};\n",
        conditions.join(" && ")
    ))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn any_of(tests: Vec<String>) -> String {
    format!("({})", tests.join(" || "))
}

/// Actions are compared without case: in policies and in requests they are lower-case.
fn action_condition(actions: &[String]) -> Result<String, Error> {
    let mut tests = Vec::new();
    for action in actions {
        if action.contains(['*', '?']) {
            return Err(format!("not translated: a wildcard in the action {action:?}").into());
        }
        tests.push(format!(
            "action == Action::{}",
            quote(&action.to_lowercase())
        ));
    }
    Ok(any_of(tests))
}

fn resource_conditions(pattern: &str) -> Result<Vec<String>, Error> {
    let parts = parse_pattern(pattern)?;
    if parts.iter().all(|part| matches!(part, Part::Literal(_))) {
        return Ok(vec![format!("resource == Resource::{}", quote(pattern))]);
    }
    let mut like = String::new();
    let mut variables = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(text) => like.extend(text.escape_debug()),
            Part::Star => like.push('*'),
            Part::Variable(name) => {
                variables.push(variable_condition(&parts, index, name)?);
                like.push('*');
            }
        }
    }
    let mut out = vec![format!("context.arn like \"{like}\"")];
    out.extend(variables);
    Ok(out)
}

/// Cedar's `like` knows no variables. One between two slashes is a segment of the resource, and
/// those are in the context: a star in the variable's place, and that segment being the variable's
/// value, say the same as long as the value has no slash, which `request` sees to.
fn variable_condition(parts: &[Part], index: usize, name: &str) -> Result<String, Error> {
    let before = &parts[..index];
    let between = matches!(before.last(), Some(Part::Literal(text)) if text.ends_with('/'))
        && matches!(parts.get(index + 1), Some(Part::Literal(text)) if text.starts_with('/'));
    if !between || before.contains(&Part::Star) {
        return Err(format!("not translated: the place of ${{{name}}}").into());
    }
    let segment: usize = before.iter().map(slashes).sum();
    let key = quote(&name.to_lowercase());
    Ok(format!(
        "context has {key} && context has s{segment} && context.s{segment} == context[{key}]"
    ))
}

fn slashes(part: &Part) -> usize {
    match part {
        Part::Literal(text) => text.matches('/').count(),
        _ => 0,
    }
}

type Condition = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn context_conditions(condition: &Condition) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    for (operator, keys) in condition {
        for (key, values) in keys {
            let key = quote(&key.to_lowercase());
            let test = match (operator.as_str(), values.as_slice()) {
                ("StringEquals", [_, ..]) => any_of(
                    values
                        .iter()
                        .map(|value| format!("context[{key}] == {}", quote(value)))
                        .collect(),
                ),
                ("Bool", [one]) if one == "true" || one == "false" => {
                    format!("context[{key}] == {one}")
                }
                _ => return Err(format!("not translated: {operator} of {key}").into()),
            };
            out.push(format!("context has {key} && {test}"));
        }
    }
    Ok(out)
}

/// What the requests have to know about the policy.
pub struct Keys {
    /// A Bool operator asks for them: their values become booleans.
    bools: BTreeSet<String>,
    /// Variables of resources.
    variables: BTreeSet<String>,
}

impl Keys {
    pub fn of(policy: &Policy) -> Result<Keys, Error> {
        let mut keys = Keys {
            bools: BTreeSet::new(),
            variables: BTreeSet::new(),
        };
        for statement in &policy.statement {
            for key in statement.condition.get("Bool").into_iter().flatten() {
                keys.bools.insert(key.0.to_lowercase());
            }
            for resource in &statement.resource {
                for part in parse_pattern(resource)? {
                    if let Part::Variable(name) = part {
                        keys.variables.insert(name.to_lowercase());
                    }
                }
            }
        }
        Ok(keys)
    }

    fn value(&self, key: &str, value: &str) -> Result<RestrictedExpression, Error> {
        if self.variables.contains(key) && value.contains('/') {
            return Err(format!("not translated: a slash in {key}").into());
        }
        Ok(match value.to_lowercase().as_str() {
            "true" if self.bools.contains(key) => RestrictedExpression::new_bool(true),
            "false" if self.bools.contains(key) => RestrictedExpression::new_bool(false),
            _ => RestrictedExpression::new_string(value.to_owned()),
        })
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Error> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// A request in Cedar's own types, made before any clock runs: beside the context of the request
/// it carries the resource's text, and its segments between slashes.
pub fn request(request: &Request, keys: &Keys) -> Result<CedarRequest, Error> {
    let string = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let mut context = vec![("arn".to_owned(), string(&request.resource))];
    for (index, segment) in request.resource.split('/').enumerate() {
        context.push((format!("s{index}"), string(segment)));
    }
    for (key, value) in &request.context {
        let key = key.to_lowercase();
        let value = keys.value(&key, value)?;
        context.push((key, value));
    }
    Ok(CedarRequest::new(
        uid("Principal", &request.principal)?,
        uid("Action", &request.action.to_lowercase())?,
        uid("Resource", &request.resource)?,
        Context::from_pairs(context)?,
        None,
    )?)
}
