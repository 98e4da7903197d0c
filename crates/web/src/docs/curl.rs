//! Writes `curl` commands for each endpoint from the examples in the document.

use serde_json::{Map, Value, json};

use super::page::{Operation, at, entries, list, text_of};
use super::schema::resolve;

/// Returns one command for each content type of the body. They can be pasted and run, except that
/// the ids in them are examples.
pub fn examples(document: &Value, operation: Operation<'_>) -> Vec<String> {
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
    let bodies = entries(at(operation.value, "/requestBody/content"));
    let lines: Vec<String> = bodies
        .map(|(media_type, content)| {
            let body = content.get("example").cloned();
            let body = body.unwrap_or_else(|| example_of(document, &content["schema"]));
            format!("{line}{}", body_arguments(media_type, &body))
        })
        .collect();
    if lines.is_empty() { vec![line] } else { lines }
}

fn body_arguments(media_type: &str, body: &Value) -> String {
    let file = match media_type {
        "application/json" => {
            let body = body.to_string().replace('\'', "'\\''");
            return format!(" \\\n  --json '{body}'");
        }
        "multipart/form-data" => {
            let parts = entries(body).map(|(name, value)| match name {
                "file" => " \\\n  -F file=@picture.jpg".to_owned(),
                _ => format!(" \\\n  -F {name}={}", text_of(value)),
            });
            return parts.collect();
        }
        "application/x-ndjson" => "list.ndjson",
        "text/csv" => "list.csv",
        _ => "picture.jpg",
    };
    format!(" \\\n  -H \"content-type: {media_type}\" --data-binary @{file}")
}

/// Returns an example of a schema: its own, or one made of its parts. An object has its required
/// keys.
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
    // In a schema of several parts, the first one has the keys.
    if let Some(first) = list(&schema["allOf"]).first() {
        return example_of(document, first);
    }
    match text_of(&schema["type"]) {
        "object" => object_example(document, schema),
        "array" => json!([example_of(document, &schema["items"])]),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(0)),
        "boolean" => json!(true),
        _ => json!("…"),
    }
}

fn object_example(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    let required = list(&schema["required"]);
    let needed = entries(&schema["properties"])
        .filter(|(name, _)| required.iter().any(|one| one == name))
        .map(|(name, value)| (name.to_owned(), example_of(document, value)));
    Value::Object(needed.collect::<Map<String, Value>>())
}
