//! A `curl` line for each endpoint, made from the examples of its schemas.

use serde_json::{Map, Value, json};

use super::page::{Operation, at, entries, list, text_of};
use super::schema::resolve;

/// The line; it works when pasted, but for ids that are not there.
pub fn example(document: &Value, operation: Operation<'_>) -> String {
    let mut path = operation.path.to_owned();
    for parameter in list(&operation.value["parameters"]) {
        let name = text_of(&parameter["name"]);
        let value = example_of(document, &parameter["schema"]);
        path = path.replace(&format!("{{{name}}}"), text_of(&value));
    }
    let method = match operation.method {
        "get" => String::new(),
        other => format!(" -X {}", other.to_uppercase()),
    };
    let mut line = format!("curl{method} \"$MAMORI{path}\"");
    if operation.value["x-who"] != "nobody" {
        line.push_str(" \\\n  -H \"authorization: Bearer $MAMORI_KEY\"");
    }
    let body = entries(at(operation.value, "/requestBody/content")).next();
    if let Some((media_type, content)) = body {
        line.push_str(&body_arguments(document, media_type, &content["schema"]));
    }
    line
}

fn body_arguments(document: &Value, media_type: &str, schema: &Value) -> String {
    match media_type {
        "application/json" => {
            let body = example_of(document, schema).to_string().replace('\'', "'\\''");
            format!(" \\\n  --json '{body}'")
        }
        "multipart/form-data" => {
            let fields = example_of(document, schema);
            let parts = entries(&fields).map(|(name, value)| match name {
                "file" => " \\\n  -F file=@picture.jpg".to_owned(),
                _ => format!(" \\\n  -F {name}={}", text_of(value)),
            });
            parts.collect()
        }
        other => format!(" \\\n  -H \"content-type: {other}\" --data-binary @list.ndjson"),
    }
}

/// An example of a schema: its own, or one made of its parts. Of an object: what it needs.
fn example_of(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    let own = [list(&schema["examples"]).first(), schema.get("example"), schema.get("default")];
    if let Some(own) = own.into_iter().flatten().chain(list(&schema["enum"]).first()).next() {
        return own.clone();
    }
    for together in ["oneOf", "anyOf"] {
        let last = list(&schema[together]).iter().rfind(|one| one["type"] != "null");
        if let Some(last) = last {
            return example_of(document, last);
        }
    }
    let parts = list(&schema["allOf"]);
    if !parts.is_empty() {
        return parts.iter().fold(json!({}), |whole, part| merged(whole, document, part));
    }
    match text_of(&schema["type"]) {
        "object" => object_example(document, schema),
        "array" => json!([example_of(document, &schema["items"])]),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(0)),
        "boolean" => json!(true),
        _ => json!("…"),
    }
}

fn merged(whole: Value, document: &Value, part: &Value) -> Value {
    // Of alternatives, the first: it is the common one.
    let part = list(&part["anyOf"]).first().unwrap_or(part);
    let mut whole = whole;
    if let (Value::Object(whole), Value::Object(more)) =
        (&mut whole, object_example(document, part))
    {
        for (key, value) in more {
            let better = document_example(document, &key).unwrap_or(value);
            whole.entry(key).or_insert(better);
        }
    }
    whole
}

/// The example of the text that a hash's key is named after.
fn document_example(document: &Value, key: &str) -> Option<Value> {
    let name = match key {
        "pdq" => "Pdq",
        "sha256" => "Sha256",
        "md5" => "Md5",
        _ => return None,
    };
    document.pointer(&format!("/components/schemas/{name}/examples/0")).cloned()
}

fn object_example(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    let required = list(&schema["required"]);
    let needed = entries(&schema["properties"])
        .filter(|(name, _)| required.iter().any(|one| one == name))
        .map(|(name, value)| (name.to_owned(), example_of(document, value)));
    Value::Object(needed.collect::<Map<String, Value>>())
}
